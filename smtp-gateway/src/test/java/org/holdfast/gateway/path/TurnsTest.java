package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  /** With a few frames for each, many times what a thread's stack bears. */
  private static final int LONG_LINE = 100_000;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Turns turns = new Turns(timer);
  private final List<String> told = new ArrayList<>();

  @AfterEach
  void stopTimer() {
    timer.shutdownNow();
  }

  @Test
  void take_oneMoreThanThereAre_waits() {
    takeAll("a@x");

    turns.take("a@x", LONG, had -> told.add("a" + had));
    turns.take("b@x", LONG, had -> told.add("b" + had));

    assertThat(told).containsExactly("btrue");
  }

  @Test
  void giveBack_severalWait_servesThemInOrderAndNobodyElse() {
    takeAll("a@x");
    turns.take("a@x", LONG, had -> told.add("first" + had));
    turns.take("a@x", LONG, had -> told.add("second" + had));

    turns.giveBack("a@x");
    assertThat(told).containsExactly("firsttrue");
    assertThat(turns.takeNow("a@x")).as("somebody waits ahead").isFalse();
    turns.giveBack("a@x");
    assertThat(told).containsExactly("firsttrue", "secondtrue");
  }

  @Test
  void giveBack_everybodyIsDone_leavesNothingBehind() {
    takeAll("a@x");
    turns.take("a@x", LONG, had -> told.add("last" + had));
    for (int i = 0; i <= Turns.PER_MAILBOX; i++) {
      turns.giveBack("a@x");
    }
    assertThat(turns.size()).isZero();
    assertThat(turns.takeNow("a@x")).isTrue();
  }

  @Test
  void take_patienceIsOver_isToldOnceAndIsOutOfTheLine() throws Exception {
    takeAll("a@x");
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    turns.take(
        "a@x",
        Duration.ZERO,
        had -> {
          assertThat(had).isFalse();
          calls.incrementAndGet();
          over.countDown();
        });
    assertThat(over.await(1, TimeUnit.MINUTES)).isTrue();

    turns.giveBack("a@x");
    assertThat(calls).hasValue(1);
    assertThat(turns.takeNow("a@x")).as("the turn was free").isTrue();
  }

  @Test
  void giveBack_longLineWhoseAttemptsEndAtOnce_needsNoStack() {
    takeAll("a@x");
    for (int i = 0; i < LONG_LINE; i++) {
      String name = "w" + i;
      turns.take(
          "a@x",
          LONG,
          had -> {
            told.add(name + had);
            turns.giveBack("a@x");
          });
    }

    turns.giveBack("a@x");

    assertThat(told).hasSize(LONG_LINE).startsWith("w0true", "w1true", "w2true");
    assertThat(told.getLast()).isEqualTo("w" + (LONG_LINE - 1) + "true");
    for (int i = 1; i < Turns.PER_MAILBOX; i++) {
      turns.giveBack("a@x");
    }
    assertThat(turns.size()).isZero();
  }

  @Test
  void giveBack_whileTheNextIsTold_leavesTheTurnToWhoTells() {
    takeAll("a@x");
    turns.take(
        "a@x",
        LONG,
        _ -> {
          turns.giveBack("a@x");
          told.add("first was told");
          assertThat(turns.takeNow("a@x")).as("somebody waits ahead").isFalse();
        });
    turns.take("a@x", LONG, _ -> told.add("second was told"));

    turns.giveBack("a@x");

    assertThat(told).containsExactly("first was told", "second was told");
  }

  @Test
  void giveBack_whatFollowsBreaks_thoseBehindAreToldAllTheSame() {
    takeAll("a@x");
    turns.take(
        "a@x",
        LONG,
        _ -> {
          turns.giveBack("a@x");
          throw new IllegalStateException("scripted");
        });
    turns.take("a@x", LONG, had -> told.add("second" + had));

    turns.giveBack("a@x");

    assertThat(told).containsExactly("secondtrue");
  }

  private void takeAll(String mailbox) {
    for (int i = 0; i < Turns.PER_MAILBOX; i++) {
      assertThat(turns.takeNow(mailbox)).isTrue();
    }
  }
}
