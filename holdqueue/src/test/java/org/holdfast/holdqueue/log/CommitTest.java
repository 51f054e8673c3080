package org.holdfast.holdqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.holdfast.holdqueue.disk.RealDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who writes: the caller that is alone, or the log's thread for many. */
class CommitTest {

  private static final int EACH = 3_000; // the last of three is waited for
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static SegmentLog open(Disk disk, Path folder) throws IOException {
    return SegmentLog.open(
        disk,
        folder.resolve("log"),
        folder.resolve("quarantine"),
        new LogSettings(16 << 10, 4 << 10, 1_000_000),
        new Random(1));
  }

  private static Entry entry(int thread, int number) {
    return Entry.of(1, ByteBuffer.allocate(8).putInt(thread).putInt(number).array());
  }

  /** (thread, number) of all records, in the order of the log. */
  private static List<int[]> read(SegmentLog log) throws IOException {
    List<int[]> found = new ArrayList<>();
    log.replay(
        0,
        Long.MAX_VALUE,
        true,
        record -> {
          ByteBuffer body = ByteBuffer.wrap(record.body());
          found.add(new int[] {body.getInt(), body.getInt()});
        });
    return found;
  }

  /** Waited for or not: what one caller appends stays in the order in which he did. */
  private static void appendMixed(SegmentLog log, int thread) throws IOException {
    for (int i = 0; i < EACH; i++) {
      List<Entry> entry = List.of(entry(thread, i));
      switch (i % 3) {
        case 0 -> log.appendSoon(entry);
        case 1 -> log.appendWritten(entry);
        default -> log.append(entry);
      }
      if (i % 50 == thread) {
        log.roll();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void many_atOnceAndAlone_eachOnesOrderIsKeptAndAllIsThere(int many) throws Exception {
    FaultyDisk disk = new FaultyDisk(1);
    Path folder = Path.of("q");
    SegmentLog log = open(disk, folder);
    ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
    CyclicBarrier together = new CyclicBarrier(many);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < many; t++) {
      int thread = t;
      Runnable work =
          () -> {
            try {
              together.await();
              appendMixed(log, thread);
            } catch (IOException | InterruptedException | BrokenBarrierException e) {
              failures.add(e);
            }
          };
      threads.add(t % 2 == 0 ? Thread.ofVirtual().start(work) : Thread.ofPlatform().start(work));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    disk.crash(Unsynced.DROPPED); // each one's last append was waited for
    int[] next = new int[many];
    try (SegmentLog again = open(disk, folder)) {
      for (int[] record : read(again)) {
        assertThat(record[1]).isEqualTo(next[record[0]]++);
      }
    }
    assertThat(Arrays.stream(next).boxed().toList()).isEqualTo(Collections.nCopies(many, EACH));
  }

  /** The disk forgets what was written and not synced: the one who writes alone must see to it. */
  @Test
  void lazy_writtenAlone_isSyncedByItselfSoon() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    Path folder = Path.of("q");
    SegmentLog log = open(disk, folder);
    long begin = log.end();
    log.appendWritten(List.of(entry(0, 0)));
    long patience = System.nanoTime() + PATIENCE_NANOS;
    while (log.end() == begin) {
      assertThat(System.nanoTime()).as("in time").isLessThan(patience);
      Thread.onSpinWait();
    }
    disk.crash(Unsynced.DROPPED);
    try (SegmentLog again = open(disk, folder)) {
      assertThat(read(again)).hasSize(1);
    }
  }

  /** An interrupt would close a FileChannel, and with it the log for everybody. */
  @Test
  void interrupted_whileAppending_theRecordIsThereAndTheLogGoesOn(@TempDir Path folder)
      throws IOException {
    try (SegmentLog log = open(new RealDisk(), folder)) {
      for (int i = 0; i < 2_000; i++) { // many segments begin
        Thread.currentThread().interrupt();
        log.append(List.of(entry(0, i)));
        assertThat(Thread.interrupted()).as("still told").isTrue();
      }
      assertThat(read(log)).hasSize(2_000);
      assertThat(log.segments()).hasSizeGreaterThan(3);
    }
  }

  @Test
  void closed_appendIsRefused() throws IOException {
    SegmentLog log = open(new FaultyDisk(1), Path.of("q"));
    log.append(List.of(entry(0, 0)));
    log.close();
    assertThatThrownBy(() -> log.append(List.of(entry(0, 1))))
        .isInstanceOf(ClosedChannelException.class);
  }
}
