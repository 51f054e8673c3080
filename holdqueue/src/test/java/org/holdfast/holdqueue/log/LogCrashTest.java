package org.holdfast.holdqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskAround;
import org.holdfast.holdqueue.disk.DiskFile;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Lie;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power goes at every single operation of the log on its disk, and what was not synced is kept,
 * dropped, torn or reordered. And the variants that would lose mail, each of which this must catch.
 */
@ParameterizedClass
@EnumSource
class LogCrashTest {

  @Parameter LogWriter.Writers writers = LogWriter.Writers.THREAD;

  private static final Path LOG = Path.of("q", "log");
  private static final Path QUARANTINE = Path.of("q", "quarantine");
  private static final LogSettings SMALL = new LogSettings(600, 256, 1_000_000);
  private static final int RECORDS = 9;
  private static final int SEEDS = 3;

  /** A piece of work on a log; what it was told is safe goes to the books. */
  private interface Work {
    void on(SegmentLog log, Books books) throws IOException;
  }

  /** What must be there after a crash, and what may be. */
  private static final class Books {
    final List<String> asked = new ArrayList<>();

    /** Each of these is a right outcome, or the beginning of one. */
    final List<List<String>> safe = new ArrayList<>(List.of(List.of()));

    void append(SegmentLog log, String text) throws IOException {
      asked.add(text);
      log.append(List.of(entry(text)));
      acknowledged(text);
    }

    void acknowledged(String text) {
      List<String> longer = new ArrayList<>(safe.getLast());
      longer.add(text);
      safe.set(safe.size() - 1, longer);
    }

    /** Empty when all is well. */
    List<String> complaints(List<String> found) {
      List<String> complaints = new ArrayList<>();
      Set<String> unknown = new HashSet<>(found);
      asked.forEach(unknown::remove);
      unknown.forEach(text -> complaints.add("never written: " + text));
      if (safe.stream().noneMatch(right -> begins(found, right))) {
        complaints.add("acknowledged " + safe + ", there is " + found);
      }
      return complaints;
    }

    private static boolean begins(List<String> found, List<String> right) {
      return found.size() >= right.size() && found.subList(0, right.size()).equals(right);
    }
  }

  private static Entry entry(String text) {
    return Entry.of(1, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(int number) {
    return "record " + number + " " + "x".repeat(number * 31 % 150);
  }

  private static void appends(SegmentLog log, Books books) throws IOException {
    for (int i = 0; i < RECORDS; i++) {
      books.append(log, text(i));
    }
  }

  /** As the map's log does: either all of the old is there, or all of the new and nothing else. */
  private static void rewrites(SegmentLog log, Books books) throws IOException {
    for (int i = 0; i < 4; i++) {
      books.append(log, text(i));
    }
    List<String> fresh = List.of("new 1", "new 2", "new 3");
    books.asked.addAll(fresh);
    books.safe.add(fresh); // until it returns, old or new
    Replacing.all(log, fresh.stream().map(LogCrashTest::entry).toList());
    books.safe.removeFirst();
    books.append(log, "after");
  }

  /** Acknowledges what only the kernel has. */
  private static void acknowledgesEarly(SegmentLog log, Books books) {
    for (int i = 0; i < RECORDS; i++) {
      books.asked.add(text(i));
      log.appendSoon(List.of(entry(text(i))));
      books.acknowledged(text(i));
    }
  }

  private List<String> read(FaultyDisk disk, boolean bodies) throws IOException {
    List<String> found = new ArrayList<>();
    try (SegmentLog log = SegmentLog.open(disk, LOG, QUARANTINE, SMALL, new Random(1), writers)) {
      log.replay(
          0,
          Long.MAX_VALUE,
          bodies,
          r -> found.add(new String(r.octets(0, (int) r.length()), StandardCharsets.UTF_8)));
    }
    return found;
  }

  private void work(Disk disk, Work work, Books books) {
    try {
      SegmentLog log = SegmentLog.open(disk, LOG, QUARANTINE, SMALL, new Random(1), writers);
      try {
        work.on(log, books);
      } finally {
        log.close();
      }
    } catch (IOException e) {
      return; // the power went
    }
  }

  /** What is wrong after crashes at every operation; how many there were is printed. */
  private List<String> crashEverywhere(
      String name, Unsynced unsynced, Lie lie, UnaryOperator<Disk> between, Work work)
      throws IOException {
    List<String> complaints = new ArrayList<>();
    FaultyDisk counting = new FaultyDisk(0);
    counting.cutPowerAt(Integer.MAX_VALUE);
    work(between.apply(counting), work, new Books());
    int operations = counting.operations();
    for (int at = 1; at <= operations + 1; at++) {
      for (int seed = 0; seed < SEEDS; seed++) {
        FaultyDisk disk = new FaultyDisk(at * 31L + seed);
        disk.lie(lie);
        disk.cutPowerAt(at);
        Books books = new Books();
        work(between.apply(disk), work, books);
        disk.crash(unsynced);
        String where = unsynced + ", operation " + at + ", seed " + seed + ": ";
        books.complaints(read(disk, true)).forEach(c -> complaints.add(where + c));
      }
    }
    System.out.printf(
        "%s, %s, %s: %d crashes, %d complaints%n",
        name, unsynced, writers, (operations + 1) * SEEDS, complaints.size());
    return complaints;
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void append_powerCutAtEveryOperation_acknowledgedAreThere(Unsynced unsynced) throws IOException {
    assertThat(crashEverywhere("append", unsynced, Lie.NOTHING, d -> d, LogCrashTest::appends))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void rewrite_powerCutAtEveryOperation_oldOrNew(Unsynced unsynced) throws IOException {
    assertThat(crashEverywhere("rewrite", unsynced, Lie.NOTHING, d -> d, LogCrashTest::rewrites))
        .isEmpty();
  }

  /** The power goes once more while the log recovers from the first time. */
  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void recovery_powerCutAtEveryOperation_acknowledgedAreThere(Unsynced unsynced)
      throws IOException {
    for (int first : new int[] {9, 23, 40, 57}) {
      boolean finished = false;
      for (int at = 1; !finished; at++) {
        FaultyDisk disk = new FaultyDisk(at);
        disk.cutPowerAt(first);
        Books books = new Books();
        work(disk, LogCrashTest::appends, books);
        disk.crash(unsynced);
        disk.cutPowerAt(at);
        work(disk, (log, b) -> {}, new Books());
        finished = disk.operations() < at;
        disk.crash(unsynced);
        assertThat(books.complaints(read(disk, true))).as("%d then %d", first, at).isEmpty();
      }
    }
  }

  // The broken variants: each of them must be caught.

  @Test
  void variant_noForce_isCaught() throws IOException {
    assertThat(
            crashEverywhere("no fsync", Unsynced.DROPPED, Lie.FORCE, d -> d, LogCrashTest::appends))
        .isNotEmpty();
  }

  @Test
  void variant_acknowledgedBeforeTheForce_isCaught() throws IOException {
    assertThat(
            crashEverywhere(
                "ack before fsync",
                Unsynced.DROPPED,
                Lie.NOTHING,
                d -> d,
                LogCrashTest::acknowledgesEarly))
        .isNotEmpty();
  }

  @Test
  void variant_noDirectorySyncOnCreate_isCaught() throws IOException {
    assertThat(
            crashEverywhere(
                "no directory sync on create",
                Unsynced.DROPPED,
                Lie.CREATED_NAMES,
                d -> d,
                LogCrashTest::appends))
        .isNotEmpty();
  }

  @Test
  void variant_noDirectorySyncOnRename_isCaught() throws IOException {
    assertThat(
            crashEverywhere(
                "no directory sync on rename",
                Unsynced.DROPPED,
                Lie.RENAMED_NAMES,
                d -> d,
                LogCrashTest::rewrites))
        .isNotEmpty();
  }

  /** A record whose body is damaged, read by somebody who does not look at its checksum. */
  @Test
  void variant_checksumIgnored_isCaught() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    Books books = new Books();
    work(disk, LogCrashTest::appends, books);
    Path first = LOG.resolve(disk.list(LOG).getFirst());
    byte[] octets = disk.octets(first);
    octets[SegmentHead.SIZE + Frame.HEAD + 2] ^= 1;
    disk.replace(first, octets);
    assertThat(books.complaints(read(disk, false))).anyMatch(c -> c.startsWith("never written"));
    assertThat(books.complaints(read(disk, true))).noneMatch(c -> c.startsWith("never written"));
  }

  /** A force that failed is tried again and "succeeds": what it was to save is gone. */
  @Test
  void variant_failureNotSticky_isCaught() throws IOException {
    assertThat(afterAFailedForce(d -> d)).isEmpty();
    assertThat(afterAFailedForce(Retrying::new)).isNotEmpty();
  }

  private List<String> afterAFailedForce(UnaryOperator<Disk> between) throws IOException {
    List<String> complaints = new ArrayList<>();
    for (int nth = 1; nth < 20; nth++) {
      FaultyDisk disk = new FaultyDisk(nth);
      disk.fail(Call.FORCE_ONCE, nth);
      Books books = new Books();
      work(between.apply(disk), LogCrashTest::appends, books);
      disk.crash(Unsynced.DROPPED);
      complaints.addAll(books.complaints(read(disk, true)));
    }
    return complaints;
  }

  /** Code that believes a second fsync. */
  private record Retrying(Disk disk) implements DiskAround {

    @Override
    public DiskFile around(DiskFile file) {
      return new RetryingFile(file);
    }
  }

  private record RetryingFile(DiskFile file) implements DiskAround.FileAround {

    @Override
    public void force() throws IOException {
      try {
        file.force();
      } catch (IOException e) {
        file.force();
      }
    }
  }
}
