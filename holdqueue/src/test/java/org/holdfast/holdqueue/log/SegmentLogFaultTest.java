package org.holdfast.holdqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a disk that misbehaves does to the log. */
@ParameterizedClass
@EnumSource
class SegmentLogFaultTest {

  @Parameter LogWriter.Writers writers = LogWriter.Writers.THREAD;

  private static final Path LOG = Path.of("q", "log");
  private static final Path QUARANTINE = Path.of("q", "quarantine");
  private static final LogSettings SMALL = new LogSettings(600, 256, 1_000_000);

  /** Each has a thread and a buffer outside the heap. */
  private final List<SegmentLog> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    for (SegmentLog log : opened) {
      close(log);
    }
    opened.clear();
  }

  private static void close(SegmentLog log) {
    try {
      log.close();
    } catch (IOException e) {
      return; // its disk is dead, as intended
    }
  }

  private void crash(FaultyDisk disk, Unsynced unsynced) {
    disk.crash(unsynced);
    closeAll();
  }

  private SegmentLog open(FaultyDisk disk) throws IOException {
    return open(disk, SMALL);
  }

  private SegmentLog open(FaultyDisk disk, LogSettings settings) throws IOException {
    SegmentLog log = SegmentLog.open(disk, LOG, QUARANTINE, settings, new Random(1), writers);
    opened.add(log);
    return log;
  }

  private static Entry entry(String text) {
    return Entry.of(1, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> all(SegmentLog log) throws IOException {
    List<String> found = new ArrayList<>();
    log.replay(
        0,
        Long.MAX_VALUE,
        true,
        record -> found.add(new String(record.body(), StandardCharsets.UTF_8)));
    return found;
  }

  /** Appends until the disk fails; returns what was acknowledged. */
  private static List<String> fill(SegmentLog log, int count) {
    List<String> acknowledged = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String text = "record " + i + " " + "x".repeat(i * 7 % 100);
      try {
        log.append(List.of(entry(text)));
        acknowledged.add(text);
      } catch (IOException e) {
        return acknowledged;
      }
    }
    return acknowledged;
  }

  private List<String> reopened(FaultyDisk disk) throws IOException {
    return reopenedWith(disk, SMALL);
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void crash_afterAcknowledged_allAreThere(Unsynced unsynced) throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      FaultyDisk disk = new FaultyDisk(seed);
      List<String> acknowledged = fill(open(disk), 20);
      crash(disk, unsynced);
      assertThat(reopened(disk)).as("seed %d", seed).containsExactlyElementsOf(acknowledged);
    }
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void crash_atEveryForce_acknowledgedAreThereInOrder(Unsynced unsynced) throws IOException {
    FaultyDisk counting = new FaultyDisk(0);
    counting.fail(Call.FORCE, 0);
    counting.heal();
    fill(open(counting), 20);
    int forces = counting.calls(Call.FORCE);
    for (int nth = 1; nth <= forces; nth++) {
      FaultyDisk disk = new FaultyDisk(nth);
      disk.fail(Call.FORCE, nth);
      List<String> acknowledged = openAndFill(disk);
      crash(disk, unsynced);
      assertThat(reopened(disk))
          .as("force %d", nth)
          .satisfies(found -> beginsWith(found, acknowledged));
    }
  }

  private static void beginsWith(List<? extends String> found, List<String> acknowledged) {
    assertThat(List.<String>copyOf(found.subList(0, Math.min(found.size(), acknowledged.size()))))
        .containsExactlyElementsOf(acknowledged);
  }

  private List<String> openAndFill(FaultyDisk disk) {
    try {
      return fill(open(disk), 20);
    } catch (IOException e) {
      return List.of();
    }
  }

  @Test
  void write_everyNthFails_acknowledgedAreThereAndNothingElseIsTaken() throws IOException {
    for (int nth = 1; nth <= 60; nth++) {
      FaultyDisk disk = new FaultyDisk(nth);
      disk.fail(Call.WRITE, nth);
      List<String> acknowledged = openAndFill(disk);
      crash(disk, Unsynced.TORN);
      assertThat(reopened(disk))
          .as("write %d", nth)
          .satisfies(found -> beginsWith(found, acknowledged));
    }
  }

  @Test
  void disk_runsFullAtEveryPoint_acknowledgedAreThere() throws IOException {
    for (int room = 0; room < 2500; room += 37) {
      FaultyDisk disk = new FaultyDisk(room);
      disk.capacity(room);
      List<String> acknowledged = openAndFill(disk);
      crash(disk, Unsynced.DROPPED);
      disk.heal();
      assertThat(reopened(disk))
          .as("room %d", room)
          .satisfies(found -> beginsWith(found, acknowledged));
    }
  }

  @Test
  void force_failed_isStickyThoughTheDiskIsWellAgain() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    SegmentLog log = open(disk);
    log.append(List.of(entry("before")));
    disk.fail(Call.FORCE, 1);
    assertThatThrownBy(() -> log.append(List.of(entry("lost"))))
        .isInstanceOf(LogFailedException.class);
    disk.heal();
    assertThatThrownBy(() -> log.append(List.of(entry("later"))))
        .isInstanceOf(LogFailedException.class);
    assertThat(log.failure()).isPresent();
    assertThat(all(log)).containsExactly("before");
  }

  @Test
  void tail_cutAtEveryOctet_allBeforeIsThere() throws IOException {
    LogSettings one = new LogSettings(1 << 20, 0, 1_000_000);
    FaultyDisk disk = new FaultyDisk(1);
    List<Long> ends = new ArrayList<>();
    SegmentLog log = open(disk, one);
    for (int i = 0; i < 5; i++) {
      log.append(List.of(entry("record " + i)));
      ends.add(log.end());
    }
    Path segment = LOG.resolve(Segment.name(log.begin()));
    long base = log.begin();
    byte[] octets = disk.octets(segment);
    for (int cut = 0; cut < octets.length; cut++) {
      FaultyDisk other = new FaultyDisk(cut);
      other.replace(segment, Arrays.copyOf(octets, cut));
      int length = cut;
      long whole = ends.stream().filter(end -> end - base <= length).count();
      List<String> found = reopened(other);
      assertThat((long) found.size()).as("cut %d", cut).isEqualTo(whole);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i)).isEqualTo("record " + i);
      }
    }
  }

  @Test
  void octets_everyBitFlipped_othersAreThereAndTheDamageIsKept() throws IOException {
    LogSettings one = new LogSettings(1 << 20, 0, 1_000_000);
    FaultyDisk disk = new FaultyDisk(1);
    SegmentLog log = open(disk, one);
    List<String> acknowledged = fill(log, 5);
    Path segment = LOG.resolve(Segment.name(log.begin()));
    byte[] octets = disk.octets(segment);
    for (int bit = 0; bit < octets.length * 8; bit++) {
      byte[] flipped = octets.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      FaultyDisk other = new FaultyDisk(bit);
      other.replace(segment, flipped);
      List<String> found = reopened(other);
      assertThat(acknowledged).as("bit %d", bit).containsAll(found);
      assertThat(found.size()).as("bit %d", bit).isGreaterThanOrEqualTo(4);
      if (found.size() == 4) {
        assertThat(other.list(QUARANTINE)).as("bit %d", bit).isNotEmpty();
      }
    }
  }

  @Test
  void segmentInTheMiddle_missing_othersAreThere() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    SegmentLog log = open(disk);
    List<String> acknowledged = fill(log, 40);
    List<Long> bases = log.segments();
    log.close();
    disk.delete(LOG.resolve(Segment.name(bases.get(bases.size() / 2))));
    List<String> found = reopened(disk);
    assertThat(acknowledged).containsSubsequence(found);
    assertThat(found.size()).isBetween(25, 39);
  }

  @Test
  void foreignAndEmptyFiles_areLeftAlone() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    List<String> acknowledged = fill(open(disk), 3);
    crash(disk, Unsynced.KEPT);
    disk.replace(LOG.resolve("notes.txt"), "hello".getBytes(StandardCharsets.UTF_8));
    disk.replace(LOG.resolve(Segment.name(1L << 40)), new byte[0]);
    assertThat(reopened(disk)).containsExactlyElementsOf(acknowledged);
    assertThat(disk.list(LOG)).contains("notes.txt");
  }

  @Test
  void logInsideARecord_isNeverTakenForRecords() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    LogSettings one = new LogSettings(1 << 20, 0, 1_000_000);
    SegmentLog log = open(disk, one);
    log.append(List.of(entry("inner")));
    byte[] stolen = disk.octets(LOG.resolve(Segment.name(log.begin())));
    log.append(List.of(Entry.of(1, stolen)));
    log.append(List.of(entry("after")));
    Path segment = LOG.resolve(Segment.name(log.begin()));
    byte[] octets = disk.octets(segment);
    octets[64 + 32 + 4] ^= 1;
    disk.replace(segment, octets);
    crash(disk, Unsynced.KEPT);
    assertThat(reopenedWith(disk, one)).containsExactly("inner", "after");
  }

  private List<String> reopenedWith(FaultyDisk disk, LogSettings settings) throws IOException {
    SegmentLog log = open(disk, settings);
    try (log) {
      return all(log);
    } finally {
      opened.remove(log);
    }
  }

  @Test
  void rewrite_crashAtEveryForceAndRename_oldOrNewNeverBoth() throws IOException {
    for (Call call : List.of(Call.FORCE, Call.RENAME, Call.WRITE)) {
      for (int nth = 1; nth <= 12; nth++) {
        for (Unsynced unsynced : Unsynced.values()) {
          FaultyDisk disk = new FaultyDisk(nth);
          SegmentLog log = open(disk);
          List<String> old = fill(log, 12);
          disk.fail(call, nth);
          List<List<String>> allowed = rewritten(log, old);
          crash(disk, unsynced);
          assertThat(allowed).as("%s %d %s", call, nth, unsynced).contains(reopened(disk));
        }
      }
    }
  }

  private static final List<String> NEW = List.of("new 1", "new 2");

  /** What may be found afterwards: only the new contents once that was acknowledged. */
  private static List<List<String>> rewritten(SegmentLog log, List<String> old) {
    try {
      Replacing.all(log, NEW.stream().map(SegmentLogFaultTest::entry).toList());
      return List.of(NEW);
    } catch (IOException e) {
      return List.of(old, NEW);
    }
  }

  @Test
  void rewrite_done_positionsRiseAndAppendsGoOn() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    SegmentLog log = open(disk);
    fill(log, 12);
    long before = log.last();
    long last = Replacing.all(log, NEW.stream().map(SegmentLogFaultTest::entry).toList());
    assertThat(last).isGreaterThan(before);
    assertThat(log.append(List.of(entry("more")))).isGreaterThan(last);
    assertThat(all(log)).containsExactly("new 1", "new 2", "more");
    log.close();
    assertThat(reopened(disk)).containsExactly("new 1", "new 2", "more");
  }

  @Test
  void positions_afterRestarts_areNeverUsedTwice() throws IOException {
    FaultyDisk disk = new FaultyDisk(5);
    TreeMap<Long, String> seen = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      SegmentLog log = open(disk);
      long position = log.append(List.of(entry("start " + i)));
      assertThat(seen.put(position, "start " + i)).isNull();
      assertThat(seen.lastKey()).isEqualTo(position);
      crash(disk, Unsynced.TORN);
    }
  }

  @Test
  void octets_ofASmallLog_areTheGoldenOnes() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    SegmentLog log = open(disk, new LogSettings(1 << 20, 0, 1_000_000));
    log.append(List.of(entry("hello"), Entry.of(2, new byte[0])));
    byte[] octets = disk.octets(LOG.resolve(Segment.name(log.begin())));
    try (var golden = SegmentLogFaultTest.class.getResourceAsStream("/golden/segment.hex")) {
      assertThat(golden).isNotNull();
      String expected = new String(golden.readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(HexFormat.of().formatHex(octets)).isEqualTo(expected.replaceAll("\\s", ""));
    }
    assertThat(ByteBuffer.wrap(octets).getInt()).isEqualTo(SegmentHead.MAGIC);
  }
}
