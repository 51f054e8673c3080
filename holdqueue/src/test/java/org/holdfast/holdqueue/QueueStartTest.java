package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The disk fails while a queue starts after a crash: the start fails clearly or works, and the next
 * one with a healthy disk finds everything.
 */
class QueueStartTest {

  /** Cases of one kind; {@code -Dholdfast.faults.cases=100000} takes every one. */
  private static final int CASES = Integer.getInteger("holdfast.faults.cases", 2);

  private static final List<Unsynced> HOW = List.of(Unsynced.values());

  @TempDir Path directory;

  /** As a crash left it: several segments, a torn tail, ends in the spare log. */
  private FaultyDisk left;

  private List<String> held;

  @BeforeEach
  void crash() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    Path folder = directory.resolve("q");
    try (EmbeddedHoldQueue queue = QueueTrial.open(disk, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).isTrue();
      for (int i = 0; i < 12; i++) {
        queue.store(
            Mail.envelope("s" + i),
            Mail.content(QueueBooks.text("s" + i)),
            List.of(Mail.waiting("a@example.com"), Mail.waiting("b@example.com")));
      }
      queue.discard(QueueFilter.delivery("s3", "a@example.com"), "ann", "no");
      queue.park(QueueFilter.delivery("s5", "a@example.com"), "ann", "look");
      failTheLogAndDeliverOne(disk, queue);
      disk.crash(Unsynced.KEPT);
    }
    left = disk;
    List<Path> segments = left.files(folder.resolve("log"));
    byte[] last = left.octets(segments.getLast());
    left.replace(segments.getLast(), torn(last));
    QueueTrial.deleteIndex(folder);
    held = held(left.copy(2), folder);
    assertThat(held).hasSize(22).contains("s5 a@example.com PARKED");
  }

  private static void failTheLogAndDeliverOne(FaultyDisk disk, EmbeddedHoldQueue queue)
      throws IOException {
    FakeNextHops world = new FakeNextHops();
    disk.fail(Call.FORCE_ONCE, 1);
    try {
      queue.store(Mail.envelope("s12"), Mail.content("x"), List.of(Mail.waiting("a@example.com")));
      throw new AssertionError("was taken");
    } catch (StoreException e) {
      assertThat(e.why()).isEqualTo(StoreException.Cause.FAILED);
    }
    world.backend =
        d ->
            d.envelope().id().equals("s0")
                ? new Outcome.Delivered("250 ok")
                : new Outcome.Shut("enough");
    queue.start(world);
    world.open("b@example.com", "imap5-6");
    queue.opened(new Lanes.One("b@example.com"));
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (world.delivered.isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
    queue.stop(Duration.ofSeconds(5));
  }

  private static byte[] torn(byte[] octets) {
    byte[] torn = octets.clone();
    byte[] begun = "HFR1 and then?".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(begun, 0, torn, torn.length - 40, begun.length);
    return torn;
  }

  private static List<String> held(FaultyDisk disk, Path folder) throws IOException {
    try (EmbeddedHoldQueue queue = QueueTrial.open(disk, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).isTrue();
      return held(queue);
    }
  }

  private static List<String> held(EmbeddedHoldQueue queue) throws IOException {
    List<String> found = new ArrayList<>();
    for (QueueItem item : queue.list(QueueFilter.any(), null, 100)) {
      String id = item.delivery().envelope().id();
      if (!id.equals("s12")) { // not acknowledged: there or not
        assertThat(FakeNextHops.text(queue.content(id).orElseThrow()))
            .isEqualTo(QueueBooks.text(id));
        found.add(id + " " + item.delivery().recipient().address() + " " + item.state());
      }
    }
    return found;
  }

  /** Whether the start failed. */
  private boolean started(FaultyDisk disk, Path folder) {
    try (EmbeddedHoldQueue queue = QueueTrial.open(disk, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).isTrue();
      disk.heal();
      assertThat(held(queue)).isEqualTo(held);
      return true;
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
      return false;
    }
  }

  private FaultyDisk counted() throws IOException {
    FaultyDisk disk = left.copy(3);
    disk.count();
    held(disk, folder());
    return disk;
  }

  private Path folder() throws IOException {
    Path folder = directory.resolve("q"); // the disk knows the log by this name
    QueueTrial.deleteIndex(folder);
    return folder;
  }

  @ParameterizedTest
  @EnumSource(Call.class)
  void call_nthFailsAtTheStart_failsClearlyOrWorksAndTheNextFindsAll(Call call) throws IOException {
    int most = counted().calls(call);
    int failed = 0;
    int cases = 0;
    for (int nth = 1; nth <= most; nth += Math.max(1, most / CASES)) {
      FaultyDisk disk = left.copy(nth);
      disk.fail(call, nth, call == Call.FORCE ? Integer.MAX_VALUE : 1);
      failed += started(disk, folder()) ? 0 : 1;
      if (nth % 2 == 0) {
        disk.crash(HOW.get(nth / 2 % HOW.size()));
      }
      disk.heal();
      assertThat(held(disk, folder())).as("%s %d", call, nth).isEqualTo(held);
      cases++;
    }
    System.out.printf("start, %s fails: %d cases, %d starts failed%n", call, cases, failed);
  }

  @Test
  void disk_fullAtTheStart_failsClearlyOrWorksAndTheNextFindsAll() throws IOException {
    long before = left.freeSpace(directory);
    long used = Long.MAX_VALUE - before;
    long most = counted().mostUsed() - used;
    int failed = 0;
    int cases = 0;
    for (long room = 0; room <= most; room += Math.max(1, most / CASES)) {
      FaultyDisk disk = left.copy(room);
      disk.capacity(used + room);
      failed += started(disk, folder()) ? 0 : 1;
      disk.crash(HOW.get(cases % HOW.size()));
      disk.heal();
      assertThat(held(disk, folder())).as("room %d", room).isEqualTo(held);
      cases++;
    }
    System.out.printf("start, disk full: %d cases, %d starts failed%n", cases, failed);
  }

  /** The power goes at each change that the start makes; the one after it finds everything. */
  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void powerCut_atEveryOperationOfTheStart_theNextFindsAll(Unsynced unsynced) throws IOException {
    FaultyDisk counting = left.copy(4);
    counting.cutPowerAt(Integer.MAX_VALUE);
    held(counting, folder());
    int most = counting.operations();
    int cases = 0;
    for (int at = 1; at <= most; at += Math.max(1, most / CASES)) {
      FaultyDisk disk = left.copy(at);
      disk.cutPowerAt(at);
      started(disk, folder());
      disk.crash(unsynced);
      assertThat(held(disk, folder())).as("%s at %d", unsynced, at).isEqualTo(held);
      cases++;
    }
    System.out.printf("start, %s: %d crashes%n", unsynced, cases);
  }
}
