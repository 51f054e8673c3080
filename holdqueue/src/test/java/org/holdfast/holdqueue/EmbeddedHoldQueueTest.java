package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.await;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The joint of log, index and dispatcher on a real disk. */
class EmbeddedHoldQueueTest {

  @TempDir Path directory;
  private final FakeNextHops world = new FakeNextHops();
  private EmbeddedHoldQueue queue;

  @BeforeEach
  void open() throws IOException {
    queue = open(LogSettings.usual());
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private EmbeddedHoldQueue open(LogSettings log) throws IOException {
    StoreSettings settings = new StoreSettings(directory, 1L << 30, 0, log, Duration.ofSeconds(10));
    EmbeddedHoldQueue opened =
        EmbeddedHoldQueue.open(
            settings, DispatchLimits.defaults(), new RealDisk(), InstantSource.system());
    assertThat(opened.awaitReady(PATIENCE)).isTrue();
    return opened;
  }

  private void restart() throws IOException {
    queue.close();
    queue = open(LogSettings.usual());
  }

  private void store(String id, String address) throws IOException {
    queue.store(Mail.envelope(id), Mail.content("mail " + id), List.of(Mail.waiting(address)));
  }

  @Test
  void held_shutRestartedAndOpened_isDeliveredInOrder() throws IOException {
    for (int i = 0; i < 50; i++) {
      store("m" + i, "alice@example.com");
    }
    queue.start(world);
    assertThat(queue.hasBacklog("alice@example.com")).isTrue();
    restart();
    assertThat(queue.hasBacklog("alice@example.com")).isTrue();
    assertThat(queue.hasBacklog("bob@example.com")).isFalse();
    queue.start(world);
    store("m50", "alice@example.com");
    world.open("alice@example.com", "imap7-8");
    queue.opened(new Lanes.One("alice@example.com"));
    eventually(() -> world.delivered.size() == 51);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i <= 50; i++) {
      expected.add("alice@example.com mail m" + i);
    }
    assertThat(world.delivered).containsExactlyElementsOf(expected);
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    assertThat(queue.summary().messages()).isZero();
    restart();
    assertThat(queue.hasBacklog("alice@example.com")).isFalse();
    assertThat(queue.list(QueueFilter.any(), null, 10)).isEmpty();
  }

  /** The record of a failed attempt may come to the tables when the next attempt has delivered. */
  @Test
  void hidden_asItsEndIsBeingWritten_isNotShownByTheRecordOfAnEarlierAttempt() throws IOException {
    String lane = "alice@example.com";
    List<String> tried = new CopyOnWriteArrayList<>();
    world.open(lane, "imap5-6");
    world.backend =
        delivery -> {
          tried.add(delivery.envelope().id());
          if (tried.size() > 1) {
            return new Outcome.Delivered("250");
          }
          queue.index().hide(IndexBacklog.key(delivery));
          return new Outcome.Uncertain("cut");
        };
    queue.start(world);
    store("a", lane);
    eventually(() -> queue.history("a").size() == 1);
    assertThat(queue.summary().messages()).as("the tables are written").isEqualTo(1);

    store("b", lane);
    queue.opened(new Lanes.One(lane));
    eventually(() -> tried.size() > 1);

    assertThat(tried).containsExactly("a", "b");
  }

  @Test
  void index_deleted_isRebuiltFromTheLog() throws IOException {
    store("a", "alice@example.com");
    store("b", "bob@example.com");
    queue.park(QueueFilter.message("b"), "operator", "look at this");
    queue.close();
    deleteIndex();
    queue = open(LogSettings.usual());
    assertThat(queue.hasBacklog("alice@example.com")).isTrue();
    assertThat(queue.hasBacklog("bob@example.com")).isFalse();
    assertThat(queue.message("b").getFirst().state()).isEqualTo(DeliveryState.PARKED);
    assertThat(FakeNextHops.text(queue.content("a").orElseThrow())).isEqualTo("mail a");
  }

  @Test
  void index_damaged_isRebuiltFromTheLog() throws IOException {
    store("a", "alice@example.com");
    queue.close();
    Files.write(directory.resolve("index/index.db"), new byte[10_000]);
    queue = open(LogSettings.usual());
    assertThat(queue.message("a")).hasSize(1);
  }

  private void deleteIndex() throws IOException {
    try (var files = Files.list(directory.resolve("index"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** A machine that failed while the index was made. */
  @Test
  void index_halfMade_isThrownAwayAndMadeAnew() throws IOException {
    store("a", "alice@example.com");
    queue.close();
    Path index = directory.resolve("index");
    Files.move(index.resolve("index.db"), index.resolve("index.db.new"));
    queue = open(LogSettings.usual());
    assertThat(queue.message("a")).hasSize(1);
    assertThat(index.resolve("index.db.new")).doesNotExist();
  }

  /** Lanes whose first message went are as old as the next one: followed, and rebuilt. */
  @Test
  void index_rebuilt_saysTheSame() throws IOException {
    for (int i = 0; i < 5; i++) {
      store("m" + i, "alice@example.com");
      store("n" + i, "bob@example.com");
    }
    queue.discard(QueueFilter.message("m0"), "ann", "spam");
    queue.park(QueueFilter.message("n0"), "ann", "look");
    queue.redirect(
        QueueFilter.message("n1"), Mail.recipient("carol@example.com"), "imap7-8", "ann");
    List<Object> before = told();
    queue.close();
    deleteIndex();
    queue = open(LogSettings.usual());
    assertThat(told()).isEqualTo(before);
  }

  private List<Object> told() {
    QueueSummary summary = queue.summary();
    List<Object> told = new ArrayList<>();
    for (String user : List.of("alice", "bob", "carol")) {
      told.add(queue.lane(user + "@example.com"));
    }
    told.addAll(queue.list(QueueFilter.any(), null, 100));
    told.addAll(queue.history("n1"));
    told.add(summary.messages());
    told.add(summary.bytes());
    return told;
  }

  @Test
  void history_ofManyActs_keepsTheFirstAndTheLatest() throws IOException {
    store("x", "alice@example.com");
    for (int i = 0; i < 75; i++) {
      queue.park(QueueFilter.message("x"), "ann", "park " + i);
      queue.retry(QueueFilter.message("x"), "ann");
    }
    List<String> history = queue.history("x").stream().map(Attempt::reply).toList();
    assertThat(history).hasSize(100);
    assertThat(history.getFirst()).isEqualTo("park 0");
    assertThat(history.get(18)).isEqualTo("park 9");
    assertThat(history.get(20)).isEqualTo("park 35");
    assertThat(history.get(98)).isEqualTo("park 74");
  }

  @Test
  void message_twoRecipients_isStoredOnceAndGoesWhenBothAreDone() throws IOException {
    queue.store(
        Mail.envelope("two"),
        Mail.content("shared"),
        List.of(Mail.waiting("alice@example.com"), Mail.waiting("bob@example.com")));
    queue.start(world);
    assertThat(queue.summary().messages()).isEqualTo(1);
    assertThat(queue.message("two")).extracting(i -> i.delivery().number()).containsExactly(0, 1);
    world.open("alice@example.com", "imap5-6");
    queue.opened(new Lanes.One("alice@example.com"));
    eventually(() -> queue.message("two").size() == 1);
    assertThat(queue.history("two")).extracting(Attempt::what).containsExactly("delivered");
    world.open("bob@example.com", "imap5-6");
    queue.opened(new Lanes.Domain("example.com"));
    eventually(() -> queue.summary().messages() == 0);
  }

  @Test
  void operator_parksRetriesRedirectsDiscards_isAudited() throws IOException {
    queue.start(world);
    store("x", "alice@example.com");
    assertThat(queue.park(QueueFilter.message("x"), "ann", "wait")).isEqualTo(1);
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    assertThat(queue.retry(QueueFilter.delivery("x", "alice@example.com"), "ann")).isEqualTo(1);
    assertThat(queue.hasBacklog("alice@example.com")).isTrue();
    assertThat(
            queue.redirect(
                QueueFilter.message("x"), Mail.recipient("carol@example.com"), "imap7-8", "ann"))
        .isEqualTo(1);
    assertThat(queue.hasBacklog("carol@example.com")).isTrue();
    assertThat(queue.message("x").getFirst().delivery().recipient().address())
        .isEqualTo("carol@example.com");
    assertThat(queue.history("x"))
        .extracting(Attempt::what)
        .containsExactly("parked", "retried", "redirected");
    assertThat(queue.history("x").getFirst().who()).isEqualTo("ann");
    assertThat(queue.history("x").getFirst().reply()).isEqualTo("wait");
    restart();
    assertThat(queue.message("x").getFirst().delivery().recipient().lane())
        .isEqualTo("carol@example.com");
    assertThat(queue.discard(QueueFilter.any(), "ann", "spam")).isEqualTo(1);
    assertThat(queue.summary().messages()).isZero();
  }

  /** A hand-off to alice took too long: it goes on while its message is stored. */
  private void storeRunning(String id, CompletionStage<Outcome> attempt) throws StoreException {
    Held alice =
        new Held(
            Mail.recipient("alice@example.com"),
            "imap5-6",
            Held.Entry.WAITING,
            "hand-off timeout",
            attempt);
    queue.store(Mail.envelope(id), Mail.content("x"), List.of(alice));
  }

  @Test
  void running_endsAsDelivered_noSecondAttempt() throws IOException {
    world.open("alice@example.com", "imap5-6");
    queue.start(world);
    CompletableFuture<Outcome> attempt = new CompletableFuture<>();
    storeRunning("r", attempt);
    assertThat(queue.message("r")).hasSize(1);
    attempt.complete(new Outcome.Delivered("250 late"));
    eventually(() -> queue.summary().messages() == 0);
    assertThat(world.delivered).isEmpty();
  }

  @Test
  void backend_refusesOne_isParkedAndTheLaneGoesOn() throws IOException {
    world.backend =
        d ->
            d.envelope().id().equals("bad")
                ? new Outcome.Refused("550 5.6.0 no")
                : new Outcome.Delivered("250 ok");
    store("bad", "alice@example.com");
    store("good", "alice@example.com");
    world.open("alice@example.com", "imap5-6");
    queue.start(world);
    eventually(() -> world.delivered.size() == 1);
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    QueueItem item = queue.list(QueueFilter.any(), null, 10).getFirst();
    assertThat(item.state()).isEqualTo(DeliveryState.PARKED);
    assertThat(item.lastReply()).isEqualTo("550 5.6.0 no");
    assertThat(item.delivery().attempts()).isEqualTo(1);
  }

  /** People write addresses as they come. */
  @Test
  void filter_otherCase_meansTheSame() throws IOException {
    store("m", "alice@example.com");
    String sender = Mail.envelope("m").reversePath().toUpperCase(java.util.Locale.ROOT);
    var recipient = new QueueFilter(null, "ALICE@Example.COM", null, null, null, null);
    var from = new QueueFilter(null, null, null, null, sender, null);
    for (QueueFilter filter : List.of(recipient, from)) {
      assertThat(queue.count(filter)).isEqualTo(1);
      assertThat(queue.list(filter, null, 10)).hasSize(1);
    }
  }

  @Test
  void sender_hasBeenTold_deliveryIsGoneAlsoAfterARestart() throws IOException {
    world.backend =
        d ->
            d.envelope().id().equals("bad")
                ? new Outcome.Returned("550 5.6.0 no")
                : new Outcome.Delivered("250 ok");
    store("bad", "alice@example.com");
    store("good", "alice@example.com");
    world.open("alice@example.com", "imap5-6");
    queue.start(world);
    eventually(() -> world.delivered.size() == 1);
    eventually(() -> queue.summary().messages() == 0);
    queue.close();
    queue = open(LogSettings.usual());
    assertThat(queue.summary().messages()).isZero();
  }

  @Test
  void largeContent_streamed_comesBackOctetForOctet() throws IOException {
    byte[] octets = new byte[3 << 20];
    new java.util.Random(7).nextBytes(octets);
    queue.close();
    queue = open(new LogSettings(1 << 20, 64 << 10, 1_000_000));
    queue.store(
        Mail.envelope("big"), Mail.streamed(octets), List.of(Mail.waiting("alice@example.com")));
    store("after", "alice@example.com");
    try (var in = queue.content("big").orElseThrow().open()) {
      assertThat(in.readAllBytes()).isEqualTo(octets);
    }
    assertThat(queue.message("after")).hasSize(1);
  }

  @Test
  void drained_segmentsAreDeleted() throws IOException {
    queue.close();
    queue = open(new LogSettings(64 << 10, 16 << 10, 1_000_000));
    for (int i = 0; i < 200; i++) {
      queue.store(
          Mail.envelope("m" + i),
          Mail.content("x".repeat(4000)),
          List.of(Mail.waiting("user" + i % 10 + "@example.com")));
    }
    assertThat(queue.summary().storeBytes()).isGreaterThan(800_000);
    world.otherwise = new NextHops.Way.Open("imap5-6", "member", 0);
    queue.start(world);
    eventually(() -> world.delivered.size() == 200);
    eventually(() -> queue.summary().storeBytes() < 200_000);
    assertThat(queue.summary().messages()).isZero();
  }

  @Test
  void room_maxBytesReached_refusesWithNoRoom() throws IOException {
    queue.close();
    StoreSettings small =
        new StoreSettings(directory, 10_000, 0, LogSettings.usual(), Duration.ofSeconds(10));
    queue =
        EmbeddedHoldQueue.open(
            small, DispatchLimits.defaults(), new RealDisk(), InstantSource.system());
    assertThatThrownBy(() ->
            queue.store(
                Mail.envelope("m"),
                Mail.content("x".repeat(20_000)),
                List.of(Mail.waiting("alice@example.com"))))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.why()).isEqualTo(StoreException.Cause.NO_ROOM));
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
    assertThat(queue.hasBacklog("alice@example.com")).isFalse();
  }

  @Test
  void envelope_damaged_isParkedCountedAndTheLaneGoesOn() throws IOException {
    store("bad", "alice@example.com");
    store("good", "alice@example.com");
    queue.close();
    damageHeadOf("bad");
    queue = open(LogSettings.usual());
    world.open("alice@example.com", "imap5-6");
    queue.start(world);
    eventually(() -> world.delivered.contains("alice@example.com mail good"));
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    QueueItem item = queue.list(QueueFilter.any(), null, 10).getFirst();
    assertThat(item.state()).isEqualTo(DeliveryState.PARKED);
    assertThat(item.lastReply()).isEqualTo("the stored message is damaged");
    assertThat(queue.damagedRanges()).isPositive();
    assertThat(directory.resolve("quarantine")).isNotEmptyDirectory();
  }

  /** Flips a bit of the head of the record that this id is in. */
  private void damageHeadOf(String id) throws IOException {
    try (var files = Files.list(directory.resolve("log"))) {
      for (Path file : files.toList()) {
        byte[] octets = Files.readAllBytes(file);
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int record = text.lastIndexOf("HFR1", Math.max(0, text.indexOf("mail " + id)));
        if (record > 0) {
          octets[record] ^= 1;
          Files.write(file, octets);
        }
      }
    }
  }

  @Test
  void indexThread_diesOfAnError_newMailIsRefusedUntilARestart() throws IOException {
    queue.start(world);
    storeRunning("deadly", new Deadly());
    eventually(() -> queue.trouble().isPresent());
    assertThat(queue.trouble().orElseThrow()).contains("index");
    assertThat(queue.refusal(0)).contains(StoreException.Cause.FAILED);
    assertThatThrownBy(() -> store("later", "alice@example.com"))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.why()).isEqualTo(StoreException.Cause.FAILED));
    restart();
    assertThat(queue.trouble()).isEmpty();
    assertThat(queue.message("deadly")).hasSize(1);
  }

  /** Whoever waits for it gets an Error, as from an exhausted heap. */
  private static final class Deadly extends CompletableFuture<Outcome> {
    @Override
    public CompletableFuture<Outcome> whenComplete(
        BiConsumer<? super Outcome, ? super Throwable> action) {
      throw new StackOverflowError("by the test");
    }
  }

  @Test
  void summary_countsByStateAndNextHop() throws IOException {
    queue.start(world);
    store("a", "alice@example.com");
    queue.store(
        Mail.envelope("p"),
        Mail.content("parked"),
        List.of(Mail.held("bob@example.com", Held.Entry.PARKED)));
    QueueSummary summary = queue.summary();
    assertThat(summary.nextHops()).hasSize(1);
    assertThat(summary.nextHops().getFirst().deliveries())
        .containsEntry(DeliveryState.HELD, 1L)
        .containsEntry(DeliveryState.PARKED, 1L);
    assertThat(summary.messages()).isEqualTo(2);
    assertThat(queue.lane("alice@example.com").deliveries()).isEqualTo(1);
    assertThat(queue.list(QueueFilter.any(), null, 1)).hasSize(1);
    String cursor = queue.list(QueueFilter.any(), null, 1).getFirst().cursor();
    assertThat(queue.list(QueueFilter.any(), cursor, 10)).hasSize(1);
  }

  @Test
  void lane_partlyInTheTablesAndPartlyFresh_goesInOrderOnce() throws IOException {
    queue.start(world);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      store("m" + i, "alice@example.com");
      expected.add("alice@example.com mail m" + i);
      if (i == 50 || i == 150) {
        assertThat(queue.summary().messages()).isEqualTo(i + 1);
      }
    }
    world.open("alice@example.com", "imap5-6");
    queue.opened(new Lanes.One("alice@example.com"));
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    assertThat(world.delivered).containsExactlyElementsOf(expected);
    assertThat(queue.summary().messages()).isZero();
  }

  @Test
  void parkedByAPersonAfterItWasReadAhead_isNotTried() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    world.backend =
        d -> {
          await(go);
          return new Outcome.Delivered("250 ok");
        };
    world.open("alice@example.com", "imap5-6");
    store("first", "alice@example.com");
    store("second", "alice@example.com");
    store("third", "alice@example.com");
    queue.start(world);
    eventually(() -> queue.dispatch().nextHops().stream().anyMatch(h -> h.inFlight() > 0));
    assertThat(queue.park(QueueFilter.message("second"), "ann", "look")).isEqualTo(1);
    go.countDown();
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    assertThat(world.delivered)
        .containsExactly("alice@example.com mail first", "alice@example.com mail third");
    assertThat(queue.message("second").getFirst().state()).isEqualTo(DeliveryState.PARKED);
  }

  @Test
  void folderCopiedWhileTheTablesAreBehind_opensWithEverything(@TempDir Path copy)
      throws IOException {
    queue.start(world);
    for (int i = 0; i < 10; i++) {
      store("a" + i, "alice@example.com");
    }
    assertThat(queue.summary().messages()).isEqualTo(10);
    world.open("alice@example.com", "imap5-6");
    queue.opened(new Lanes.One("alice@example.com"));
    eventually(() -> !queue.hasBacklog("alice@example.com"));
    for (int i = 0; i < 10; i++) {
      store("b" + i, "bob@example.com");
    }
    copy(directory.resolve("log"), copy.resolve("log"));
    copy(directory.resolve("index"), copy.resolve("index"));
    queue.close();
    StoreSettings settings =
        new StoreSettings(copy, 1L << 30, 0, LogSettings.usual(), Duration.ofSeconds(10));
    queue =
        EmbeddedHoldQueue.open(
            settings, DispatchLimits.defaults(), new RealDisk(), InstantSource.system());
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
    assertThat(queue.list(QueueFilter.any(), null, 100))
        .extracting(i -> i.delivery().envelope().id())
        .containsExactly("b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9");
    assertThat(queue.hasBacklog("alice@example.com")).isFalse();
    assertThat(queue.hasBacklog("bob@example.com")).isTrue();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  @Test
  void enteredAsDeferred_summaryAndListAgree() throws IOException {
    queue.start(world);
    world.open("alice@example.com", "imap5-6");
    queue.store(
        Mail.envelope("d"),
        Mail.content("later"),
        List.of(Mail.held("alice@example.com", Held.Entry.DEFERRED)));
    assertThat(queue.list(QueueFilter.any(), null, 10))
        .extracting(QueueItem::state)
        .containsExactly(DeliveryState.DEFERRED);
    assertThat(queue.summary().nextHops().getFirst().deliveries())
        .containsEntry(DeliveryState.DEFERRED, 1L);
  }
}
