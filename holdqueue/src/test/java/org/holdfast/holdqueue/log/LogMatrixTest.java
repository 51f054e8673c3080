package org.holdfast.holdqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every single call of each kind fails, once; the disk is full from every octet on: while the log
 * is written, rewritten and deleted from, and while it starts. What was acknowledged is there after
 * a restart, with what was unsynced kept, dropped, torn and reordered.
 */
class LogMatrixTest {

  private static final Path LOG = Path.of("q", "log");
  private static final Path QUARANTINE = Path.of("q", "quarantine");
  private static final LogSettings SMALL = new LogSettings(600, 256, 1_000_000);
  private static final int RECORDS = 14;
  private static final List<Unsynced> HOW = List.of(Unsynced.values());

  /** What must be there, in order; and what may be there too. */
  private static final class Books {
    List<String> safe = new ArrayList<>();
    List<String> instead = List.of();
    final List<String> asked = new ArrayList<>();

    boolean allow(List<String> found) {
      return asked.containsAll(found) && (begins(found, safe) || found.equals(instead));
    }

    private static boolean begins(List<String> found, List<String> right) {
      return found.size() >= right.size() && found.subList(0, right.size()).equals(right);
    }
  }

  private static SegmentLog open(FaultyDisk disk) throws IOException {
    return SegmentLog.open(disk, LOG, QUARANTINE, SMALL, new Random(1));
  }

  private static Entry entry(String text) {
    return Entry.of(1, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> all(SegmentLog log) throws IOException {
    List<String> found = new ArrayList<>();
    log.replay(
        0, Long.MAX_VALUE, true, r -> found.add(new String(r.body(), StandardCharsets.UTF_8)));
    return found;
  }

  /** Appends, a delete of the first segment, more, and a restart; or a rewrite at the end. */
  private static Books work(FaultyDisk disk, boolean rewriting) {
    Books books = new Books();
    try (SegmentLog log = open(disk)) {
      append(log, books, 0, RECORDS / 2);
      if (rewriting) {
        rewrite(log, books);
      } else {
        deleteFirst(log, books);
      }
      append(log, books, RECORDS / 2, RECORDS);
    } catch (IOException e) {
      return books; // as intended
    }
    return books;
  }

  private static void append(SegmentLog log, Books books, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      String text = "record " + i + " " + "x".repeat(i * 31 % 150);
      books.asked.add(text);
      log.append(List.of(entry(text)));
      books.safe.add(text);
    }
  }

  private static void rewrite(SegmentLog log, Books books) throws IOException {
    List<String> fresh = List.of("new 1", "new 2");
    books.asked.addAll(fresh);
    books.instead = fresh; // until it returns, old or new
    Replacing.all(log, fresh.stream().map(LogMatrixTest::entry).toList());
    books.safe = new ArrayList<>(fresh);
    books.instead = List.of();
  }

  private static void deleteFirst(SegmentLog log, Books books) throws IOException {
    long first = log.begin();
    List<String> gone = new ArrayList<>();
    log.replay(
        0,
        log.segments().get(1),
        true,
        r -> gone.add(new String(r.body(), StandardCharsets.UTF_8)));
    List<String> before = List.copyOf(books.safe);
    books.safe.removeAll(gone); // from now on there or not
    books.instead = before;
    log.delete(first);
    books.instead = List.of();
  }

  private static void restartAndCompare(FaultyDisk disk, Books books, String where)
      throws IOException {
    disk.heal();
    try (SegmentLog log = open(disk)) {
      List<String> found = all(log);
      assertThat(books.allow(found) || books.allow(withoutFirst(found, books)))
          .as("%s: safe %s, found %s", where, books.safe, found)
          .isTrue();
      String more = "after the restart";
      log.append(List.of(entry(more)));
      assertThat(all(log)).as(where).endsWith(more);
    }
  }

  /** A segment whose deletion failed is there again. */
  private static List<String> withoutFirst(List<String> found, Books books) {
    int from = books.safe.isEmpty() ? 0 : found.indexOf(books.safe.getFirst());
    return from < 0 ? found : found.subList(from, found.size());
  }

  private static int calls(Call call, boolean rewriting) {
    FaultyDisk disk = new FaultyDisk(0);
    work(disk, rewriting);
    return disk.calls(call);
  }

  @ParameterizedTest
  @EnumSource(Call.class)
  void call_everyNthFails_acknowledgedAreThere(Call call) throws IOException {
    int cases = 0;
    for (boolean rewriting : new boolean[] {false, true}) {
      int most = calls(call, rewriting);
      for (int nth = 1; nth <= most; nth++) {
        for (Unsynced unsynced : Unsynced.values()) {
          FaultyDisk disk = new FaultyDisk(nth * 31L);
          disk.fail(call, nth);
          Books books = work(disk, rewriting);
          disk.crash(unsynced);
          restartAndCompare(disk, books, call + " " + nth + " " + unsynced + " " + rewriting);
          cases++;
        }
      }
    }
    System.out.printf("log, %s fails: %d cases%n", call, cases);
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void disk_fullFromEveryOctetOn_acknowledgedAreThere(Unsynced unsynced) throws IOException {
    FaultyDisk counting = new FaultyDisk(0);
    work(counting, false);
    int cases = 0;
    for (int room = 0; room <= counting.mostUsed(); room += 5) {
      FaultyDisk disk = new FaultyDisk(room);
      disk.capacity(room);
      Books books = work(disk, room % 2 == 0);
      disk.crash(unsynced);
      restartAndCompare(disk, books, "room " + room + " " + unsynced);
      cases++;
    }
    System.out.printf("log, disk full, %s: %d cases%n", unsynced, cases);
  }

  /** A start after a crash fails clearly or works; the next one works. */
  @ParameterizedTest
  @EnumSource(Call.class)
  void call_everyNthFailsAtTheStart_failsClearlyAndTheNextWorks(Call call) throws IOException {
    FaultyDisk crashed = new FaultyDisk(7);
    crashed.cutPowerAt(45);
    Books books = work(crashed, false);
    crashed.crash(Unsynced.KEPT);
    tear(crashed);
    FaultyDisk counting = crashed.copy(1);
    counting.count();
    open(counting).close();
    int failed = 0;
    int most = counting.calls(call);
    for (int nth = 1; nth <= most; nth++) {
      FaultyDisk disk = crashed.copy(nth);
      disk.fail(call, nth);
      failed += starts(disk) ? 0 : 1;
      disk.crash(HOW.get(nth % HOW.size()));
      restartAndCompare(disk, books, call + " " + nth + " at the start");
    }
    System.out.printf("log, %s fails at the start: %d cases, %d failed%n", call, most, failed);
  }

  /** The last segment ends in a record that was begun. */
  private static void tear(FaultyDisk disk) {
    Path last = disk.files(LOG).getLast();
    byte[] octets = disk.octets(last);
    byte[] torn = Arrays.copyOf(octets, octets.length + 40);
    torn[octets.length + 5] = 'x';
    disk.replace(last, torn);
  }

  private static boolean starts(FaultyDisk disk) {
    try {
      open(disk).close();
      return true;
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
      return false;
    }
  }

  @Test
  void reads_short_nothingIsDifferent() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    disk.readShort();
    Books books = work(disk, false);
    assertThat(books.asked).hasSize(RECORDS);
    restartAndCompare(disk, books, "short reads");
  }
}
