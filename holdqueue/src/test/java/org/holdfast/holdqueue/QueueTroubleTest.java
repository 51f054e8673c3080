package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.await;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trouble that stays until a restart, and trouble that passes. */
class QueueTroubleTest {

  private static final String ALICE = "alice@example.com";
  private static final String BOB = "bob@example.com";

  /** Hers is what is refused and may be there after all, or not. */
  private static final String CAROL = "carol@example.com";

  @TempDir Path directory;

  private final FaultyDisk disk = new FaultyDisk(1);
  private FakeNextHops world = new FakeNextHops();
  private EmbeddedHoldQueue queue;

  @BeforeEach
  void open() throws IOException {
    queue = QueueTrial.open(disk, directory);
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
  }

  @AfterEach
  void close() {
    disk.beforeReads(() -> {});
    queue.close();
  }

  private void restart() throws IOException {
    queue.close();
    disk.heal();
    world = new FakeNextHops();
    open();
  }

  private void store(String id, String lane) throws IOException {
    queue.store(Mail.envelope(id), Mail.content("mail " + id), List.of(Mail.waiting(lane)));
  }

  private void failTheLog() {
    disk.fail(Call.FORCE_ONCE, 1);
    assertRefused("lost");
  }

  private void assertRefused(String id) {
    assertThatThrownBy(() -> store(id, CAROL))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.why()).isEqualTo(StoreException.Cause.FAILED));
    assertThat(queue.refusal(0)).contains(StoreException.Cause.FAILED);
    assertThat(queue.trouble()).isPresent();
  }

  private void release(String... lanes) {
    for (String lane : lanes) {
      world.open(lane, "imap5-6");
    }
    queue.start(world);
    queue.opened(new Lanes.All());
  }

  private void fill() throws IOException {
    for (int i = 0; i < 10; i++) {
      store("a" + i, ALICE);
      store("b" + i, BOB);
    }
  }

  // ---- the log failed

  @Test
  void logFailed_deliveryGoesOnAndNothingComesTwiceAfterTheRestart() throws IOException {
    fill();
    failTheLog();
    release(ALICE);
    eventually(() -> world.delivered.size() == 10);
    disk.heal();
    assertRefused("later, though the disk is well again");
    assertThat(queue.list(QueueFilter.any(), null, 100)).as("can be asked").isNotEmpty();
    queue.stop(Duration.ofSeconds(5));
    restart();
    assertThat(queue.trouble()).isEmpty();
    assertThat(queue.hasBacklog(ALICE)).isFalse();
    release(ALICE, BOB);
    eventually(() -> world.delivered.size() >= 10 && !queue.hasBacklog(BOB));
    assertThat(world.delivered).hasSize(10).allMatch(d -> d.startsWith(BOB));
    assertThat(disk.files(directory.resolve("ends"))).as("copied to the log").isEmpty();
    queue.stop(Duration.ofSeconds(5));
    restart();
    assertThat(queue.hasBacklog(ALICE) || queue.hasBacklog(BOB)).isFalse();
  }

  /** Nothing can be written down any more: what is open ends, and that is all. */
  @Test
  void diskTakesNothing_deliveryStopsAndTheRestartSendsAgainWhatWasOpen() throws IOException {
    fill();
    disk.fail(Call.FORCE, 1);
    assertRefused("lost");
    release(ALICE, BOB);
    eventually(() -> queue.dispatch().stalled());
    assertThat(world.delivered).as("one of a lane at most").hasSizeBetween(1, 2);
    queue.stop(Duration.ofSeconds(5));
    disk.crash(Unsynced.DROPPED);
    restart();
    release(ALICE, BOB);
    eventually(() -> world.delivered.size() >= 20);
    assertThat(world.delivered).hasSize(20).doesNotHaveDuplicates();
  }

  /** As when somebody makes room on a full disk: another spare file is begun. */
  @Test
  void diskTakesSomethingAgain_deliveryGoesOnByItself() throws IOException {
    fill();
    failTheLog();
    disk.fail(Call.FORCE, 1);
    release(ALICE);
    eventually(() -> queue.dispatch().stalled());
    assertThat(world.delivered).hasSize(1);
    disk.heal();
    eventually(() -> world.delivered.size() == 10);
    queue.stop(Duration.ofSeconds(5));
    restart();
    assertThat(queue.hasBacklog(ALICE)).isFalse();
    assertThat(queue.hasBacklog(BOB)).isTrue();
  }

  @Test
  void logFailed_whatAPersonDoesIsRefused() throws IOException {
    fill();
    failTheLog();
    assertThatThrownBy(() -> queue.discard(QueueFilter.message("a0"), "ann", "no"))
        .isInstanceOf(UncheckedIOException.class);
    restart();
    assertThat(queue.message("a0")).hasSize(1);
  }

  @Test
  void refusedAfterTheLogFailed_isParkedAfterTheRestartToo() throws IOException {
    store("a", ALICE);
    failTheLog();
    world.backend = d -> new Outcome.Refused("550 5.6.0 no");
    release(ALICE);
    eventually(() -> !disk.files(directory.resolve("ends")).isEmpty());
    queue.stop(Duration.ofSeconds(5));
    restart();
    assertThat(queue.message("a").getFirst().state()).isEqualTo(DeliveryState.PARKED);
    assertThat(queue.message("a").getFirst().lastReply()).isEqualTo("550 5.6.0 no");
  }

  @Test
  void spareLog_atItsBound_takesNoMore() throws IOException {
    try (var log = QueueTroubleTest.log(disk, directory)) {
      SpareLog spare =
          new SpareLog(disk, directory.resolve("s"), directory.resolve("quarantine"), 300);
      List<org.holdfast.holdqueue.log.Entry> some =
          List.of(org.holdfast.holdqueue.log.Entry.of(2, new byte[100]));
      spare.append(some); // 64 + 128
      spare.append(some); // 320
      assertThatThrownBy(() -> spare.append(some))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("full");
      spare.close();
      assertThatThrownBy(() -> spare.append(some)).hasMessageContaining("closed");
      SpareLog next =
          new SpareLog(disk, directory.resolve("s"), directory.resolve("quarantine"), 300);
      next.emptyInto(log);
      AtomicInteger found = new AtomicInteger();
      log.replay(0, log.end(), true, record -> found.incrementAndGet());
      assertThat(found).hasValue(2);
    }
  }

  private static org.holdfast.holdqueue.log.SegmentLog log(FaultyDisk disk, Path directory)
      throws IOException {
    return org.holdfast.holdqueue.log.SegmentLog.open(
        disk,
        directory.resolve("other"),
        directory.resolve("quarantine"),
        QueueTrial.SEGMENTS,
        new java.util.Random(1));
  }

  /** The room cannot be asked for: the start fails, and leaves nothing open. */
  @Test
  void start_failsAfterTheLogWasOpened_closesIt() throws IOException {
    fill();
    queue.close();
    disk.replace(directory.resolve("ends").resolve("0000000000000000.log"), new byte[70]);
    disk.fail(Call.DELETE, 2); // the first is the spare log's own empty segment
    assertThatThrownBy(() -> QueueTrial.open(disk, directory)).isInstanceOf(IOException.class);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.getName().equals("log-" + directory.resolve("log")) && t.isAlive());
    disk.heal();
    open();
    assertThat(queue.list(QueueFilter.any(), null, 100)).hasSize(20);
  }

  // ---- a segment cannot be deleted

  /** Its mail must not come back when the ends that follow it are gone and the index too. */
  @Test
  void segment_cannotBeDeleted_laterOnesStayAndNothingComesBack() throws IOException {
    fill();
    disk.fail(Call.DELETE, 1);
    release(ALICE, BOB);
    eventually(() -> queue.list(QueueFilter.any(), null, 10).isEmpty());
    for (int i = 0; i < 10; i++) {
      store("c" + i, ALICE);
      eventually(() -> queue.list(QueueFilter.any(), null, 10).isEmpty());
    }
    assertThat(disk.calls(Call.DELETE)).as("tried once").isEqualTo(1);
    int segments = disk.files(directory.resolve("log")).size();
    queue.close();
    QueueTrial.deleteIndex(directory);
    restart();
    assertThat(queue.list(QueueFilter.any(), null, 10)).isEmpty();
    release(ALICE, BOB);
    store("d", ALICE);
    eventually(() -> world.delivered.size() == 1);
    eventually(() -> disk.files(directory.resolve("log")).size() < segments);
  }

  // ---- reads that fail for a while

  @Test
  void readsFail_nothingIsParkedAndAllComesInOrderWhenTheyDoNot() throws IOException {
    fill();
    queue.summary();
    AtomicBoolean bad = new AtomicBoolean(true);
    AtomicInteger failed = new AtomicInteger();
    disk.beforeReads(() -> {
      if (bad.get() && !Thread.currentThread().getName().equals("index")) {
        failed.incrementAndGet();
        throw new IOException("I/O error");
      }
    });
    release(ALICE);
    eventually(() -> failed.get() > 5);
    assertThat(queue.list(QueueFilter.any(), null, 100))
        .hasSize(20)
        .noneMatch(i -> i.state() == DeliveryState.PARKED);
    bad.set(false);
    eventually(() -> world.delivered.size() == 10);
    assertThat(world.delivered).isSorted();
    assertThat(queue.damagedRanges()).isZero();
  }

  /** Just as often as a look at damage reads it before it is parked. */
  @Test
  void readsFail_twice_isNotParked() throws IOException {
    store("only", ALICE);
    queue.summary();
    AtomicInteger reads = new AtomicInteger();
    disk.beforeReads(() -> {
      boolean dispatcher = Thread.currentThread().getName().startsWith("holdqueue-read");
      if (dispatcher && reads.incrementAndGet() <= 2) {
        throw new IOException("I/O error");
      }
    });
    release(ALICE);
    eventually(() -> !queue.hasBacklog(ALICE));
    assertThat(world.delivered).containsExactly(ALICE + " mail only");
  }

  /** A bad sector: its lane waits, and a person can set it aside without reading it. */
  @Test
  void readsOfOneKeepFailing_aPersonCanParkIt() throws IOException {
    store("bad", ALICE);
    store("good", ALICE);
    queue.summary();
    AtomicBoolean bad = new AtomicBoolean(true);
    disk.beforeReads(() -> {
      if (bad.get() && !Thread.currentThread().getName().equals("index")) {
        throw new IOException("I/O error");
      }
    });
    release(ALICE);
    assertThat(queue.park(QueueFilter.message("bad"), "ann", "bad sector")).isEqualTo(1);
    bad.set(false);
    eventually(() -> world.delivered.contains(ALICE + " mail good"));
    assertThat(world.delivered).hasSize(1);
  }

  // ---- damage

  private void damage(String what) {
    for (Path segment : disk.files(directory.resolve("log"))) {
      byte[] octets = disk.octets(segment);
      int at = new String(octets, StandardCharsets.ISO_8859_1).indexOf(what);
      if (at >= 0) {
        octets[at] ^= 1;
        disk.replace(segment, octets);
      }
    }
  }

  @Test
  void content_damaged_isParkedAndTheLaneGoesOn() throws IOException {
    store("bad", ALICE);
    store("good", ALICE);
    queue.close();
    damage("mail bad");
    open();
    release(ALICE);
    eventually(() -> !queue.hasBacklog(ALICE));
    assertThat(world.delivered).containsExactly(ALICE + " mail good");
    assertDamaged();
  }

  /** Every octet of the recipient, its length included: some still read, as another's. */
  @Test
  void recipient_damagedAnywhere_isParkedAndTheLaneGoesOn() throws IOException {
    store("bad", ALICE);
    store("good", ALICE);
    queue.close();
    Path segment = disk.files(directory.resolve("log")).getFirst();
    byte[] octets = disk.octets(segment);
    int recipient = new String(octets, StandardCharsets.ISO_8859_1).indexOf(ALICE) - 4;
    Path index = index();
    byte[] knowing = Files.readAllBytes(index);
    for (int at = recipient; at < recipient + 3 * (ALICE.length() + 4); at += 11) {
      byte[] damaged = octets.clone();
      damaged[at] ^= (byte) 0x80;
      disk.replace(segment, damaged);
      Files.write(index, knowing);
      world = new FakeNextHops();
      open();
      release(ALICE);
      eventually(() -> !queue.hasBacklog(ALICE));
      assertThat(world.delivered).as("octet %d", at).containsExactly(ALICE + " mail good");
      assertDamaged();
      queue.close();
      for (Path file : disk.files(directory.resolve("log"))) {
        disk.delete(file);
      }
    }
    open();
  }

  private Path index() throws IOException {
    try (var files = Files.list(directory.resolve("index"))) {
      return files.filter(f -> f.toString().endsWith("index.db")).findFirst().orElseThrow();
    }
  }

  /** Streamed: an attempt breaks off at its very end; a later one sees why and is not begun. */
  @Test
  void content_largeAndDamaged_isParkedWhenItIsTriedAgain() throws IOException {
    byte[] large = "y".repeat(LoggedContent.IN_MEMORY + 1_000).getBytes(StandardCharsets.UTF_8);
    queue.store(Mail.envelope("bad"), Mail.streamed(large), List.of(Mail.waiting(ALICE)));
    store("good", ALICE);
    queue.close();
    damage("yyyyyyyy");
    open();
    Streaming streaming = new Streaming();
    queue.start(streaming);
    eventually(() -> !queue.hasBacklog(ALICE));
    assertThat(streaming.attempts).containsKey("bad").containsEntry("good", 1);
    assertDamaged();
  }

  private void assertDamaged() {
    QueueItem item = queue.list(QueueFilter.any(), null, 10).getFirst();
    assertThat(item.state()).isEqualTo(DeliveryState.PARKED);
    assertThat(item.lastReply()).isEqualTo("the stored message is damaged");
    assertThat(queue.damagedRanges()).isPositive();
    assertThat(disk.files(directory.resolve("quarantine"))).isNotEmpty();
  }

  /** Takes everything that can be read to its end. */
  private static class Streaming implements NextHops {
    final Map<String, Integer> attempts = new ConcurrentHashMap<>();

    @Override
    public Way way(String lane) {
      return new Way.Open("imap5-6", "member", 0);
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      attempts.merge(delivery.envelope().id(), 1, Integer::sum);
      Thread.ofVirtual()
          .start(() -> {
            try (InputStream in = content.open()) {
              read(in);
              done.accept(new Outcome.Delivered("250 ok"));
            } catch (IOException e) {
              done.accept(new Outcome.Deferred(Outcome.Scope.LANE, "broke off"));
            }
          });
    }

    void read(InputStream in) throws IOException {
      in.readAllBytes();
    }
  }

  /**
   * A large message is on its way out while its segment goes, and comes whole or is tried again.
   */
  @Test
  void segment_deletedWhileItsMessageIsStreamed_breaksOffAndIsNotCalledDamaged() throws Exception {
    byte[] large = "z".repeat(LoggedContent.IN_MEMORY * 2).getBytes(StandardCharsets.UTF_8);
    queue.store(Mail.envelope("large"), Mail.streamed(large), List.of(Mail.waiting(ALICE)));
    for (int i = 0; i < 6; i++) {
      store("b" + i, BOB);
    }
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Streaming streaming =
        new Streaming() {
          @Override
          void read(InputStream in) throws IOException {
            in.readNBytes(100_000);
            reading.countDown();
            await(go);
            super.read(in);
          }
        };
    queue.start(streaming);
    await(reading);
    queue.discard(QueueFilter.message("large"), "ann", "no");
    eventually(() -> queue.summary().storeBytes() < large.length);
    go.countDown();
    eventually(() -> !queue.hasBacklog(ALICE) && !queue.hasBacklog(BOB));
    queue.stop(Duration.ofSeconds(5));
    assertThat(queue.damagedRanges()).isZero();
    assertThat(queue.list(QueueFilter.any(), null, 10)).isEmpty();
  }

  // ---- Errors in the compactor

  @Test
  void compactor_meetsAnError_mailIsRefusedUntilARestart() throws IOException {
    fill();
    queue.discard(new QueueFilter(null, ALICE, null, null, null, null), "ann", "gone");
    String here = Thread.currentThread().getName();
    disk.beforeReads(() -> {
      if (Thread.currentThread().getName().equals(here)) {
        throw new OutOfMemoryError("by the test");
      }
    });
    for (int i = 0; i < 3; i++) {
      queue.compactor().round();
    }
    assertThat(queue.trouble().orElseThrow()).contains("the compactor's thread died");
    assertThat(queue.refusal(0)).contains(StoreException.Cause.FAILED);
    disk.beforeReads(() -> {});
    assertThatThrownBy(() -> store("later", ALICE)).isInstanceOf(StoreException.class);
    restart();
    assertThat(queue.trouble()).isEmpty();
    store("now", ALICE);
  }

  // ---- Errors in the dispatcher

  @Test
  void dispatcher_meetsAnError_mailIsRefusedUntilARestart() throws IOException {
    queue.close();
    AtomicBoolean bad = new AtomicBoolean();
    InstantSource clock =
        () -> {
          if (bad.get() && Thread.currentThread().getName().equals("holdqueue-dispatch")) {
            throw new StackOverflowError("by the test");
          }
          return java.time.Instant.now();
        };
    queue =
        EmbeddedHoldQueue.open(
            new StoreSettings(directory, 1L << 40, 0, QueueTrial.SEGMENTS, Duration.ofSeconds(10)),
            QueueTrial.limits(),
            disk,
            clock);
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
    release();
    store("before", ALICE);
    bad.set(true);
    eventually(() -> queue.trouble().isPresent());
    assertThat(queue.trouble().orElseThrow()).contains("dispatcher").contains("by the test");
    assertRefused("later");
    bad.set(false);
    restart();
    release(ALICE);
    eventually(() -> world.delivered.equals(List.of(ALICE + " mail before")));
  }

  @Test
  void world_throwsErrors_everythingComesWhenItDoesNot() throws IOException {
    store("a", ALICE);
    AtomicInteger errors = new AtomicInteger();
    FakeNextHops sane = world;
    queue.start(
        new NextHops() {
          @Override
          public Way way(String lane) {
            if (errors.incrementAndGet() < 3) {
              throw new StackOverflowError("by the test");
            }
            return new Way.Open("imap5-6", "member", 0);
          }

          @Override
          public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
            if (errors.incrementAndGet() < 8) {
              throw new OutOfMemoryError("by the test");
            }
            sane.attempt(delivery, content, done);
          }
        });
    eventually(() -> sane.delivered.size() == 1);
    assertThat(queue.trouble()).isEmpty();
    eventually(() -> !queue.hasBacklog(ALICE));
  }

  @Test
  void reader_meetsAnError_readsAgain() throws IOException {
    store("a", ALICE);
    queue.summary();
    AtomicInteger errors = new AtomicInteger();
    disk.beforeReads(() -> {
      if (Thread.currentThread().getName().startsWith("holdqueue-read")
          && errors.incrementAndGet() < 4) {
        throw new OutOfMemoryError("by the test");
      }
    });
    release(ALICE);
    eventually(() -> world.delivered.size() == 1);
    assertThat(queue.trouble()).isEmpty();
    assertThat(errors).hasValueGreaterThanOrEqualTo(4);
  }

  // ---- more relocations than can be remembered

  @Test
  void relocations_moreThanAreRemembered_aWideReleaseFindsEveryLane() throws IOException {
    store("a", ALICE);
    queue.summary();
    world.otherwise = new NextHops.Way.Shut("elsewhere", "on hold");
    disk.fail(Call.READ, 0);
    for (int i = 0; !queue.index().misfiled(); i++) {
      queue.relocated("user" + i + "@example.org", "imap7-8");
      assertThat(i).isLessThan(10_000_000);
    }
    queue.relocated(ALICE, "imap7-8"); // this one is forgotten
    queue.start(world);
    eventually(() -> queue.dispatch().walks() == 0);
    world.open(ALICE, "imap7-8");
    queue.opened(new Lanes.NextHop("imap7-8"));
    eventually(() -> world.delivered.size() == 1);
  }
}
