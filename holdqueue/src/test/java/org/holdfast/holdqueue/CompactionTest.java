package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thin segments are carried forward, and a crash in the middle of it costs nothing. */
class CompactionTest {

  private static final LogSettings SEGMENTS = new LogSettings(24 << 10, 8 << 10, 1_000_000);
  private static final int MESSAGES = 60;
  private static final List<Unsynced> HOW = List.of(Unsynced.values());

  @TempDir Path directory;

  private EmbeddedHoldQueue open(Disk disk, String folder) throws IOException {
    StoreSettings settings =
        new StoreSettings(directory.resolve(folder), 1L << 30, 0, SEGMENTS, Duration.ofSeconds(10));
    EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(settings, DispatchLimits.defaults(), disk, InstantSource.system());
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
    return queue;
  }

  private static void store(EmbeddedHoldQueue queue, String id, String... to) throws IOException {
    List<Held> held = new ArrayList<>();
    for (String address : to) {
      held.add(Mail.waiting(address));
    }
    queue.store(Mail.envelope(id), Mail.content("mail " + id + " " + "x".repeat(2000)), held);
  }

  /** Until two looks one after the other find nothing to do; returns what was carried. */
  private static long compact(EmbeddedHoldQueue queue) throws IOException {
    long carried = 0;
    int idle = 0;
    while (idle < 3) {
      long moved = queue.compactor().step();
      carried += moved;
      idle = moved == 0 ? idle + 1 : 0;
    }
    return carried;
  }

  /** A disaster that has drained, but for one mail in ten; one of these parked, one redirected. */
  private static void drainAlmost(EmbeddedHoldQueue queue) throws IOException {
    for (int i = 0; i < MESSAGES; i++) {
      if (i % 10 == 0) {
        store(queue, "m" + i, "stays@example.com", "goes@example.com");
      } else {
        store(queue, "m" + i, "goes@example.com");
      }
    }
    queue.discard(QueueFilter.delivery("m0", "goes@example.com"), "ann", "no");
    queue.park(QueueFilter.delivery("m10", "stays@example.com"), "ann", "look at this");
    queue.redirect(
        QueueFilter.delivery("m20", "stays@example.com"),
        Mail.recipient("other@example.com"),
        "imap7-8",
        "ann");
    queue.discard(new QueueFilter(null, "goes@example.com", null, null, null, null), "ann", "gone");
  }

  /** What is held, as a person sees it. */
  private static List<String> held(EmbeddedHoldQueue queue) throws IOException {
    List<String> found = new ArrayList<>();
    for (QueueItem item : queue.list(QueueFilter.any(), null, 1000)) {
      String id = item.delivery().envelope().id();
      found.add(
          String.join(
              " ",
              id,
              item.delivery().recipient().address(),
              item.nextHop(),
              item.state() == DeliveryState.PARKED ? "parked" : "waiting",
              item.lastReply(),
              FakeNextHops.text(queue.content(id).orElseThrow()).substring(0, 8)));
    }
    return found;
  }

  @Test
  void thinSegments_areCarriedForwardAndTheFolderBecomesSmall() throws IOException {
    List<String> before;
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      drainAlmost(queue);
      before = held(queue);
      assertThat(before).hasSize(MESSAGES / 10);
      assertThat(queue.summary().storeBytes()).isGreaterThan(MESSAGES * 2000);
      assertThat(compact(queue)).isBetween(1L, MESSAGES / 10 * 3000L);
      eventually(() -> queue.summary().storeBytes() < 110_000);
      assertThat(held(queue)).isEqualTo(before);
      assertThat(compact(queue)).as("nothing more to carry").isZero();
    }
    deleteIndex("q");
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      assertThat(held(queue)).as("from the log alone").isEqualTo(before);
      assertEverythingIsDeliveredInOrder(queue);
    }
  }

  @Test
  void message_damagedInAThinSegment_isCountedOnceAndTheOthersAreCarried() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    try (EmbeddedHoldQueue queue = open(disk, "q")) {
      drainAlmost(queue);
    }
    damageEnvelopeOf(disk, "m30");
    try (EmbeddedHoldQueue queue = open(disk, "q")) {
      assertThat(queue.damagedRanges()).isZero();
      assertThat(compact(queue)).as("the others").isPositive();
      long counted = queue.damagedRanges();
      assertThat(counted).isPositive();
      assertThat(disk.list(directory.resolve("q/quarantine"))).hasSize(1);
      store(queue, "later", "goes@example.com"); // so that it is looked at again
      queue.discard(QueueFilter.message("later"), "ann", "gone");
      compact(queue);
      assertThat(queue.damagedRanges()).as("once").isEqualTo(counted);
      assertThat(queue.lane("stays@example.com").deliveries())
          .as("the damaged one too, not the redirected one")
          .isEqualTo(MESSAGES / 10 - 1);
    }
  }

  /** Its id seems to be longer than the record. */
  private void damageEnvelopeOf(FaultyDisk disk, String id) throws IOException {
    Path log = directory.resolve("q/log");
    for (String name : disk.list(log)) {
      byte[] octets = disk.octets(log.resolve(name));
      String text = new String(octets, StandardCharsets.ISO_8859_1);
      int content = text.indexOf("mail " + id + " ");
      if (content > 0) {
        octets[text.lastIndexOf("\0\0\0" + (char) id.length() + id, content)] = 0x7F;
        disk.replace(log.resolve(name), octets);
      }
    }
  }

  private static void assertEverythingIsDeliveredInOrder(EmbeddedHoldQueue queue) {
    FakeNextHops world = new FakeNextHops();
    world.otherwise = new NextHops.Way.Open("imap5-6", "member", 0);
    queue.retry(QueueFilter.message("m10"), "ann");
    queue.start(world);
    eventually(() -> world.delivered.size() == MESSAGES / 10);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i += 10) {
      if (i != 20) {
        expected.add("stays@example.com mail m" + i);
      }
    }
    assertThat(world.delivered.stream().map(d -> d.substring(0, d.indexOf(" x"))).toList())
        .filteredOn(d -> d.startsWith("stays"))
        .containsExactlyElementsOf(expected);
    eventually(() -> queue.summary().messages() == 0);
  }

  private void deleteIndex(String folder) throws IOException {
    Path index = directory.resolve(folder).resolve("index");
    try (var files = Files.list(index)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void carriedAndThenDelivered_isNotThereAgainAfterARebuild() throws IOException {
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      drainAlmost(queue);
      compact(queue);
      queue.discard(QueueFilter.any(), "ann", "all");
      compact(queue);
    }
    deleteIndex("q");
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      assertThat(held(queue)).isEmpty();
    }
  }

  @Test
  void redirected_carriedRebuiltAndCarriedAgain_isStillThere() throws IOException {
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      drainAlmost(queue);
      compact(queue);
    }
    deleteIndex("q");
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      queue.discard(
          new QueueFilter(null, "stays@example.com", null, null, null, null), "ann", "gone");
      assertThat(compact(queue)).isPositive();
    }
    deleteIndex("q");
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      assertThat(held(queue)).hasSize(1).first().asString().startsWith("m20 other@example.com");
    }
  }

  /** The power goes at each change of the disk while compaction works. */
  @Test
  void powerCut_atEveryOperationOfCompaction_nothingIsLostOrComesBack() throws IOException {
    int crashes = 0;
    boolean finished = false;
    for (int at = 1; !finished; at++) {
      Unsynced unsynced = HOW.get(at % HOW.size());
      FaultyDisk disk = new FaultyDisk(at);
      String folder = "crash" + at;
      List<String> before;
      try (EmbeddedHoldQueue queue = open(disk, folder)) {
        drainAlmost(queue);
        before = held(queue);
        disk.cutPowerAt(at);
        compactUntilThePowerGoes(queue);
        finished = disk.operations() < at;
      }
      disk.crash(unsynced);
      if (at / HOW.size() % 2 == 0) {
        deleteIndex(folder);
      }
      try (EmbeddedHoldQueue queue = open(disk, folder)) {
        assertThat(held(queue)).as("%s at operation %d", unsynced, at).isEqualTo(before);
      }
      crashes++;
    }
    System.out.printf("compaction: %d crashes%n", crashes);
  }

  /** A call fails, once, or the disk has no more room, while compaction works. */
  @ParameterizedTest
  @EnumSource(
      value = Call.class,
      names = {"WRITE", "FORCE_ONCE", "DIRECTORY", "CREATE", "TRUNCATE", "ZERO", "DELETE", "READ"})
  void call_failsWhileCompacting_nothingIsLostOrComesBack(Call call) throws IOException {
    int cases = 0;
    for (int nth = 1; nth <= 8; nth += 4) {
      FaultyDisk disk = new FaultyDisk(nth);
      int which = nth;
      compareAfter(disk, call + " " + nth, () -> disk.fail(call, which));
      cases++;
    }
    System.out.printf("compaction, %s fails: %d cases%n", call, cases);
  }

  @Test
  void disk_fullWhileCompacting_nothingIsLostOrComesBack() throws IOException {
    int cases = 0;
    for (int room = 0; room < 30_000; room += 9_000) {
      FaultyDisk disk = new FaultyDisk(room);
      int left = room;
      compareAfter(
          disk,
          "room " + room,
          () -> disk.capacity(Long.MAX_VALUE - disk.freeSpace(directory) + left));
      cases++;
    }
    System.out.printf("compaction, disk full: %d cases%n", cases);
  }

  private void compareAfter(FaultyDisk disk, String what, Runnable fault) throws IOException {
    String folder = what.replace(' ', '-');
    List<String> before;
    try (EmbeddedHoldQueue queue = open(disk, folder)) {
      drainAlmost(queue);
      before = held(queue);
      fault.run();
      compactUntilThePowerGoes(queue);
      disk.heal();
      assertThat(held(queue)).as("%s, before the restart", what).isEqualTo(before);
    }
    try (EmbeddedHoldQueue queue = open(disk, folder)) {
      assertThat(held(queue)).as("%s, index kept", what).isEqualTo(before);
    }
    disk.crash(Unsynced.TORN);
    deleteIndex(folder);
    try (EmbeddedHoldQueue queue = open(disk, folder)) {
      assertThat(held(queue)).as("%s, index gone", what).isEqualTo(before);
    }
  }

  /** Deleted segments take nothing of it along. */
  @Test
  void history_ofACarriedMessage_goesOn() throws IOException {
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      drainAlmost(queue);
      assertThat(queue.history("m10")).extracting(Attempt::what).contains("parked");
      List<Attempt> first = queue.history("m10");
      compact(queue);
      assertThat(queue.history("m10")).isEqualTo(first);
      assertThat(queue.message("m10").getFirst().lastReply()).isEqualTo("look at this");
      assertThat(queue.message("m10").getFirst().state()).isEqualTo(DeliveryState.PARKED);
      queue.retry(QueueFilter.message("m10"), "bob");
      List<Attempt> before = queue.history("m10");
      assertThat(before).isNotEmpty();
      assertThat(before.getLast().what()).isEqualTo("retried");
      assertThat(before.getLast().who()).isEqualTo("bob");
      queue.discard(QueueFilter.message("m0"), "ann", "no");
      compact(queue);
      assertThat(queue.message("m10").getFirst().state()).isNotEqualTo(DeliveryState.PARKED);
      assertThat(queue.history("m10")).isEqualTo(before);
    }
    deleteIndex("q");
    try (EmbeddedHoldQueue queue = open(new RealDisk(), "q")) {
      assertThat(queue.history("m10"))
          .filteredOn(line -> line.recipient() == 0)
          .extracting(Attempt::what)
          .containsExactly("parked", "retried");
      assertThat(queue.history("m20"))
          .filteredOn(line -> line.recipient() == 0)
          .extracting(Attempt::address)
          .containsExactly("stays@example.com");
    }
  }

  private static void compactUntilThePowerGoes(EmbeddedHoldQueue queue) {
    try {
      compact(queue);
    } catch (IOException e) {
      return; // as intended
    }
  }
}
