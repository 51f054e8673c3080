package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person can read about the attempts for a message, and when the next one is due. */
class MessageHistoryTest {

  private static final String ALICE = "alice@example.com";
  private static final Outcome.Where IMAP5 = new Outcome.Where("imap5-6", "imap5");
  private static final Outcome.Where IMAP6 = new Outcome.Where("imap5-6", "imap6");
  private static final LogSettings SMALL = new LogSettings(24 << 10, 8 << 10, 1_000_000);

  @TempDir Path directory;
  private final FakeNextHops world = new FakeNextHops();
  private EmbeddedHoldQueue queue;

  @BeforeEach
  void open() throws IOException {
    queue = open(Duration.ofMinutes(1));
  }

  private EmbeddedHoldQueue open(Duration retry) throws IOException {
    StoreSettings settings =
        new StoreSettings(directory, 1L << 30, 0, SMALL, Duration.ofSeconds(10));
    DispatchLimits limits = DispatchLimits.defaults().with(20, 0, retry, retry.multipliedBy(2));
    EmbeddedHoldQueue opened =
        EmbeddedHoldQueue.open(settings, limits, new RealDisk(), InstantSource.system());
    assertThat(opened.awaitReady(PATIENCE)).isTrue();
    return opened;
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private void again(Duration retry) throws IOException {
    queue.close();
    queue = open(retry);
  }

  private void withoutIndex() throws IOException {
    queue.close();
    try (var files = Files.list(directory.resolve("index"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    queue = open(Duration.ofMinutes(1));
  }

  private void store(
      String id,
      Held.Entry entry,
      @Nullable CompletableFuture<Outcome> running,
      @Nullable Outcome ended)
      throws IOException {
    Held.Tried tried = new Held.Tried(IMAP5, ended);
    Held held = new Held(Mail.recipient(ALICE), "imap5-6", entry, "451 why", running, tried);
    queue.store(Mail.envelope(id), Mail.content("x".repeat(2000)), List.of(held));
  }

  private static Outcome later(String words) {
    return new Outcome.Deferred(Outcome.Scope.LANE, words, IMAP6);
  }

  private QueueItem item(String id) {
    return queue.message(id).getFirst();
  }

  private static String line(Attempt line) {
    return line.number() + " " + line.what() + " " + line.where().member() + " " + line.reply();
  }

  private List<String> lines(String id) {
    return queue.history(id).stream().map(MessageHistoryTest::line).toList();
  }

  @Test
  void refusedAtTheDoor_isTheFirstAttempt() throws IOException {
    queue.start(world);
    store("a", Held.Entry.PARKED, null, new Outcome.Refused("550 5.1.1 no", IMAP5));
    assertThat(item("a").delivery().attempts()).isEqualTo(1);
    assertThat(item("a").nextAttempt()).isNull();
    assertThat(lines("a")).containsExactly("1 refused imap5 550 5.1.1 no");
    assertThat(queue.history("a").getFirst().where().nextHop()).isEqualTo("imap5-6");
    withoutIndex();
    assertThat(lines("a")).containsExactly("1 refused imap5 550 5.1.1 no");
    assertThat(item("a").delivery().attempts()).isEqualTo(1);
  }

  @Test
  void deferredAtTheDoor_hasItsNextAttemptAtOnce_andFurtherOnesAreCounted() throws IOException {
    world.open(ALICE, "imap5-6");
    world.backend = d -> later("451 again");
    queue.start(world);
    Instant before = Instant.now();
    store("a", Held.Entry.DEFERRED, null, later("451 first"));
    assertThat(item("a").state()).isEqualTo(DeliveryState.DEFERRED);
    assertThat(item("a").nextAttempt())
        .isBetween(before.plusSeconds(29), Instant.now().plusSeconds(61));
    queue.retry(QueueFilter.message("a"), "ann");
    eventually(() -> queue.history("a").size() == 3);
    assertThat(lines("a"))
        .containsExactly("1 deferred imap5 451 first", "0 retried  ", "2 deferred imap6 451 again");
    assertThat(queue.history("a").get(1).who()).isEqualTo("ann");
    assertThat(item("a").delivery().attempts()).isEqualTo(2);
    assertThat(item("a").nextAttempt()).isAfter(Instant.now());
  }

  @Test
  void sameWordsAgainAndAgain_eachIsALine() throws IOException {
    queue.close();
    queue = open(Duration.ofMillis(20));
    world.open(ALICE, "imap5-6");
    world.backend = d -> later("451 later");
    queue.start(world);
    store("a", Held.Entry.DEFERRED, null, later("451 later"));
    eventually(() -> queue.history("a").size() >= 5);
    queue.stop(PATIENCE);
    int attempts = item("a").delivery().attempts();
    assertThat(queue.history("a"))
        .extracting(Attempt::number)
        .startsWith(1, 2, 3, 4, 5)
        .hasSize(attempts);
  }

  /** Probes of a next hop that is down are counted, and written with what comes next. */
  @Test
  void nextHopDown_countIsShownAtOnce_andSurvivesAStop() throws IOException {
    world.open(ALICE, "imap5-6");
    Outcome down = new Outcome.Deferred(Outcome.Scope.NEXT_HOP, "451 refused", IMAP5);
    world.backend = d -> down;
    queue.start(world);
    Instant before = Instant.now();
    store("a", Held.Entry.WAITING, null, down);
    assertThat(item("a").state()).isEqualTo(DeliveryState.DEFERRED);
    assertThat(item("a").nextAttempt())
        .isBetween(before.minusMillis(1), Instant.now().plusSeconds(4));
    eventually(() -> item("a").delivery().attempts() >= 4);
    Attempt last = queue.history("a").getLast();
    assertThat(last.number()).isGreaterThanOrEqualTo(4);
    assertThat(last.repeats()).isPositive();
    queue.stop(PATIENCE);
    int attempts = item("a").delivery().attempts();
    again(Duration.ofMinutes(1));
    assertThat(item("a").delivery().attempts()).isEqualTo(attempts);
    assertThat(queue.history("a").getLast().number()).isEqualTo(attempts);
  }

  @Test
  void openAtTheDoor_isShownOpen_andThenAsItEnded() throws IOException {
    world.open(ALICE, "imap5-6");
    queue.start(world);
    CompletableFuture<Outcome> running = new CompletableFuture<>();
    store("a", Held.Entry.WAITING, running, null);
    assertThat(item("a").state()).isEqualTo(DeliveryState.READY);
    assertThat(item("a").nextAttempt()).isNull();
    assertThat(item("a").delivery().attempts()).isEqualTo(1);
    assertThat(lines("a")).containsExactly("1 open imap5 451 why");
    running.complete(new Outcome.Refused("550 5.1.1 no", IMAP5));
    eventually(() -> item("a").state() == DeliveryState.PARKED);
    assertThat(lines("a")).containsExactly("1 refused imap5 550 5.1.1 no");
    assertThat(item("a").delivery().attempts()).isEqualTo(1);
  }

  @Test
  void openWhenTheMachineDied_isUncertain() throws IOException {
    store("a", Held.Entry.WAITING, new CompletableFuture<>(), null);
    withoutIndex();
    assertThat(queue.history("a"))
        .singleElement()
        .satisfies(line -> {
          assertThat(line.what()).isEqualTo("uncertain");
          assertThat(line.number()).isEqualTo(1);
        });
  }

  @Test
  void restart_deferredIsDueNow() throws IOException {
    queue.start(world);
    Instant stored = Instant.now();
    store("a", Held.Entry.DEFERRED, null, later("451 first"));
    assertThat(Objects.requireNonNull(item("a").nextAttempt())).isAfter(stored.plusSeconds(20));
    for (boolean index : List.of(true, false)) {
      if (index) {
        again(Duration.ofMinutes(1));
      } else {
        withoutIndex();
      }
      assertThat(item("a").state()).isEqualTo(DeliveryState.DEFERRED);
      assertThat(item("a").nextAttempt()).isBetween(stored, Instant.now());
    }
  }

  /** A parked one beside it says nothing about what waits. */
  @Test
  void deferredBehindAParkedOne_isDeferred() throws IOException {
    queue.start(world);
    store("p", Held.Entry.PARKED, null, new Outcome.Refused("550 no", IMAP5));
    store("a", Held.Entry.DEFERRED, null, later("451 first"));
    assertThat(item("a").state()).isEqualTo(DeliveryState.DEFERRED);
    assertThat(item("a").nextAttempt()).isNotNull();
  }

  @Test
  void carriedForward_historyAndCountStay() throws IOException {
    store("a", Held.Entry.PARKED, null, new Outcome.Refused("550 5.1.1 no", IMAP5));
    queue.retry(QueueFilter.message("a"), "ann");
    queue.park(QueueFilter.message("a"), "bob", "wait");
    for (int i = 0; i < 60; i++) {
      queue.store(
          Mail.envelope("gone" + i),
          Mail.content("x".repeat(2000)),
          List.of(Mail.waiting("bob@example.com")));
    }
    queue.discard(new QueueFilter(null, "bob@example.com", null, null, null, null), "ann", "no");
    List<Attempt> before = queue.history("a");
    assertThat(before).hasSize(3);
    long carried = 0;
    for (int idle = 0; idle < 3; ) {
      long moved = queue.compactor().step();
      carried += moved;
      idle = moved == 0 ? idle + 1 : 0;
    }
    assertThat(carried).isEqualTo(2000);
    assertThat(queue.history("a")).isEqualTo(before);
    withoutIndex();
    assertThat(queue.history("a")).isEqualTo(before);
    assertThat(item("a").delivery().attempts()).isEqualTo(1);
    queue.retry(QueueFilter.message("a"), "ann");
    assertThat(queue.history("a")).hasSize(4).startsWith(before.toArray(Attempt[]::new));
  }
}
