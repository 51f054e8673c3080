package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DispatcherTest {

  private static final long SECOND = 1_000_000_000L;
  private static final DispatchLimits LIMITS = DispatchLimits.defaults();
  private static final Outcome DOWN = new Outcome.Deferred(Outcome.Scope.NEXT_HOP, "no connection");
  private static final Outcome OK = new Outcome.Delivered("250 ok");

  private final MemoryBacklog backlog = new MemoryBacklog();
  private final Deque<Delivery> open = new ArrayDeque<>();
  private final List<String> begun = new ArrayList<>();
  private final Queue<Runnable> answers = new ArrayDeque<>();
  private Function<String, Way> ways = _ -> new Way.Open("pair", "member", 0);
  private Dispatcher dispatcher = dispatcher(LIMITS);
  private long now;

  private Dispatcher dispatcher(DispatchLimits limits) {
    return new Dispatcher(limits, lane -> ways.apply(lane), new Doing(), new SplittableRandom(7));
  }

  private final class Doing implements Actions {
    @Override
    public void load(String lane, int limit, long ticket) {
      answers.add(() -> dispatcher.loaded(lane, ticket, backlog.head(lane, limit)));
    }

    @Override
    public void page(Walk walk, Lanes which, @Nullable String after, int limit) {
      answers.add(() -> dispatcher.walked(walk, backlog.lanes(which, after, limit)));
    }

    @Override
    public void attempt(Delivery delivery) {
      open.add(delivery);
      begun.add(delivery.recipient().lane());
    }

    @Override
    public void record(Delivery delivery, Outcome outcome, long delayNanos, boolean adopted) {
      backlog.record(List.of(new Backlog.Ended(delivery, outcome, null)));
      answers.add(() -> dispatcher.recorded(delivery));
    }
  }

  private void settle() {
    dispatcher.begin(now);
    dispatcher.turn();
    while (!answers.isEmpty()) {
      answers.remove().run();
      dispatcher.turn();
    }
  }

  private void start() {
    dispatcher.opened(new Lanes.All());
    settle();
  }

  private void endNext(Outcome outcome) {
    dispatcher.begin(now);
    dispatcher.ended(open.remove(), outcome);
    settle();
  }

  private void drain() {
    while (!open.isEmpty()) {
      endNext(OK);
    }
  }

  private void accept(String lane, int count) {
    for (int i = 0; i < count; i++) {
      backlog.accept(lane, "pair");
    }
  }

  @Test
  void lanes_oneWithVeryMuchMail_takeTurns() {
    dispatcher = dispatcher(LIMITS.with(1, 0, Duration.ofSeconds(15), Duration.ofMinutes(10)));
    accept("much@example.com", 500);
    accept("one@example.com", 1);
    accept("two@example.com", 1);
    start();
    drain();
    assertThat(begun.subList(0, 4)).contains("one@example.com", "two@example.com");
    assertThat(begun).hasSize(502);
  }

  @Test
  void lanes_higherPriority_goesFirst() {
    dispatcher = dispatcher(LIMITS.with(1, 0, Duration.ofSeconds(15), Duration.ofMinutes(10)));
    ways = lane -> new Way.Open("pair", "member", lane.startsWith("z") ? 1 : 0);
    accept("a@example.com", 3);
    accept("b@example.com", 3);
    accept("z@example.com", 1);
    start();
    drain();
    assertThat(begun.subList(0, 2)).contains("z@example.com");
  }

  @Test
  void connections_manyLanes_atMostThatManyAttemptsAreOpen() {
    for (int i = 0; i < 100; i++) {
      accept("u" + i + "@example.com", 1);
    }
    start();
    assertThat(open).as("a server is met gently").hasSize(1);
    int most = 0;
    while (!open.isEmpty()) {
      endNext(OK);
      most = Math.max(most, open.size());
    }
    assertThat(most).isEqualTo(LIMITS.connections());
    assertThat(begun).hasSize(100);
  }

  @Test
  void memberDown_anotherTakesOver_itsPartnersTroubleIsNotHeldAgainstIt() {
    for (int i = 0; i < 10; i++) {
      accept("u" + i + "@example.com", 1);
    }
    start();
    endNext(DOWN);
    assertThat(open).isEmpty();
    ways = _ -> new Way.Open("pair", "partner", 0);
    dispatcher.opened(new Lanes.NextHop("pair"));
    settle();
    assertThat(open).hasSize(1);
    assertThat(dispatcher.status(Instant.EPOCH).nextHops())
        .extracting(DispatchStatus.NextHop::member, DispatchStatus.NextHop::breaker)
        .containsExactly(tuple("partner", DispatchStatus.Breaker.CLOSED));
    drain();
    assertThat(backlog.pending()).isEmpty();
  }

  @Test
  void attemptAtTheOldMember_failsAfterTheFailover_doesNotBreakTheNewOne() {
    accept("a@example.com", 1);
    accept("b@example.com", 1);
    start();
    ways = _ -> new Way.Open("pair", "partner", 0);
    dispatcher.opened(new Lanes.NextHop("pair"));
    settle();
    assertThat(open).hasSize(2);
    endNext(DOWN);
    assertThat(dispatcher.status(Instant.EPOCH).nextHops())
        .extracting(DispatchStatus.NextHop::breaker)
        .containsExactly(DispatchStatus.Breaker.CLOSED);
    drain();
    assertThat(backlog.pending()).isEmpty();
  }

  @Test
  void priority_windowIsFull_goesFirstAndNobodyIsForgotten() {
    int lanes = 2 * LIMITS.window();
    for (int i = 0; i < lanes; i++) {
      accept("u" + i + "@example.com", 1);
    }
    start();
    ways = lane -> new Way.Open("pair", "member", lane.startsWith("z") ? 1 : 0);
    accept("z@example.com", 1);
    dispatcher.held("z@example.com", "pair", Held.Entry.WAITING, 0);
    settle();
    for (int i = 0; i < 3; i++) {
      endNext(OK);
    }
    assertThat(begun).contains("z@example.com");
    assertThat(dispatcher.status(Instant.EPOCH).nextHops().getFirst().waiting())
        .isLessThanOrEqualTo(LIMITS.window());
    drain();
    assertThat(begun).hasSize(lanes + 1);
  }

  @Test
  void rate_tenASecond_beginsNoMore() {
    dispatcher = dispatcher(LIMITS.with(20, 10, Duration.ofSeconds(15), Duration.ofMinutes(10)));
    accept("a@example.com", 200);
    accept("b@example.com", 200);
    start();
    for (now = 0; now < 5 * SECOND; now += SECOND / 100) {
      settle();
      drain();
    }
    assertThat(begun.size()).isBetween(45, 52);
  }

  @Test
  void deferredLane_onlyThatLaneWaits_itsFirstRetryIsWithinTheBackoff() {
    accept("full@example.com", 1);
    start();
    endNext(new Outcome.Deferred(Outcome.Scope.LANE, "452 full"));
    accept("b@example.com", 1);
    dispatcher.held("b@example.com", "pair", Held.Entry.WAITING, 0);
    settle();
    assertThat(open.getFirst().recipient().lane()).isEqualTo("b@example.com");
    endNext(OK);
    assertThat(dispatcher.nextTurn()).isBetween(7 * SECOND, 15 * SECOND);
    now = dispatcher.nextTurn();
    settle();
    assertThat(open).singleElement().extracting(Delivery::attempts).isEqualTo(1);
  }

  @Test
  void nextHopDown_singleProbes_thenComesBackGently() {
    for (int i = 0; i < 200; i++) {
      accept("u" + i + "@example.com", 1);
    }
    start();
    while (!open.isEmpty()) {
      endNext(DOWN);
    }
    long before = now;
    for (int probe = 0; probe < 50; probe++) {
      long next = dispatcher.nextTurn();
      assertThat(next - before).isLessThanOrEqualTo(LIMITS.probeMax().toNanos());
      now = next;
      before = now;
      settle();
      assertThat(open).hasSize(1);
      endNext(DOWN);
    }
    now = dispatcher.nextTurn();
    settle();
    endNext(OK);
    assertThat(open).hasSize(1);
    endNext(OK);
    assertThat(open).hasSize(2);
    drain();
    assertThat(backlog.pending()).isEmpty();
  }

  /** One message that a server never answers is not everybody's trouble. */
  @Test
  void attemptHangs_othersGoOnBesideIt() {
    accept("a@example.com", 1);
    start();
    Delivery hanging = open.remove();
    for (int i = 0; i < 100; i++) {
      accept("u" + i + "@example.com", 1);
    }
    dispatcher.opened(new Lanes.All());
    settle();
    assertThat(open).isEmpty();
    assertThat(dispatcher.nextTurn()).isLessThanOrEqualTo(2 * SECOND);
    now = dispatcher.nextTurn();
    settle();
    drain();
    assertThat(backlog.delivered()).isEqualTo(100);
    open.add(hanging);
    drain();
    assertThat(backlog.pending()).isEmpty();
  }

  /** A server that answers nobody gets no more than its connections. */
  @Test
  void allAttemptsHang_connectionsBoundThem() {
    for (int i = 0; i < 100; i++) {
      accept("u" + i + "@example.com", 1);
    }
    start();
    for (int i = 0; i < 1_000 && dispatcher.nextTurn() < Long.MAX_VALUE; i++) {
      now = Math.max(now + 1, dispatcher.nextTurn());
      settle();
      assertThat(open.size()).isLessThanOrEqualTo(LIMITS.connections());
    }
    assertThat(dispatcher.nextTurn()).isEqualTo(Long.MAX_VALUE);
  }

  /** The probe itself may be the message that hangs: the server is back for all others. */
  @Test
  void probeHangs_anotherOneGoes() {
    accept("a@example.com", 1);
    accept("b@example.com", 1);
    start();
    endNext(DOWN);
    now = dispatcher.nextTurn();
    settle();
    assertThat(open).hasSize(1);
    Delivery hanging = open.remove();
    long before = now;
    now = dispatcher.nextTurn();
    assertThat(now - before).isBetween(SECOND, 5 * SECOND);
    settle();
    assertThat(open).hasSize(1);
    endNext(OK);
    open.add(hanging);
    drain();
    assertThat(backlog.pending()).isEmpty();
  }

  @Test
  void brokenNextHop_others_goOn() {
    ways = lane -> new Way.Open(lane.startsWith("x") ? "dead" : "pair", "member", 0);
    for (int i = 0; i < 9_000; i++) {
      accept("x" + i + "@example.com", 1);
    }
    accept("zz@example.com", 1);
    start();
    assertThat(open).extracting(d -> d.recipient().lane()).contains("zz@example.com");
  }

  @Test
  void window_moreLanesThanRoom_allAreDeliveredFromBoundedMemory() {
    int lanes = 3 * LIMITS.window();
    for (int i = 0; i < lanes; i++) {
      accept("u" + i + "@example.com", 1);
    }
    start();
    assertThat(dispatcher.status(Instant.EPOCH).nextHops().getFirst().waiting())
        .isLessThanOrEqualTo(LIMITS.window());
    drain();
    assertThat(begun).hasSize(lanes);
    assertThat(backlog.pending()).isEmpty();
  }

  @Test
  void shutAtTheGate_openedMeanwhile_isTriedAgainAtOnce() {
    accept("a@example.com", 1);
    start();
    dispatcher.opened(new Lanes.One("a@example.com"));
    endNext(new Outcome.Shut("shut"));
    assertThat(open).hasSize(1);
  }

  @Test
  void refused_laneGoesOn() {
    accept("a@example.com", 2);
    start();
    endNext(new Outcome.Refused("550 no"));
    assertThat(open).singleElement().extracting(Delivery::sequence).isEqualTo(2L);
  }

  @Test
  void stalled_nothingBegins_untilAnOutcomeIsWritten() {
    accept("a@example.com", 1);
    start();
    dispatcher.stalled();
    accept("b@example.com", 1);
    dispatcher.held("b@example.com", "pair", Held.Entry.WAITING, 0);
    settle();
    assertThat(open).hasSize(1);
    endNext(OK);
    assertThat(open)
        .singleElement()
        .extracting(d -> d.recipient().lane())
        .isEqualTo("b@example.com");
  }

  @Test
  void poison_failsAsNextHopTrouble_doesNotBreakItForOthersForEver() {
    accept("poison@example.com", 1);
    for (int i = 0; i < 50; i++) {
      accept("u" + i + "@example.com", 20);
    }
    start();
    for (int i = 0; i < 20_000 && backlog.delivered() < 1_000; i++) {
      if (open.isEmpty()) {
        now = Math.max(now + 1, dispatcher.nextTurn());
        settle();
      } else {
        now += SECOND / 1_000;
        boolean poison = open.getFirst().recipient().lane().startsWith("poison");
        endNext(poison ? DOWN : OK);
      }
    }
    assertThat(backlog.delivered()).isEqualTo(1_000);
    assertThat(begun.stream().filter(lane -> lane.startsWith("poison")).count()).isLessThan(6);
  }
}
