package org.holdfast.holdqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskAround;
import org.holdfast.holdqueue.disk.DiskFile;
import org.holdfast.holdqueue.disk.RealDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Is a log's writer there? A disk that hangs is not its fault, and no restart would mend it. */
@Timeout(30)
class LogAnswersTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir Path folder;

  private final CountDownLatch atDisk = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean slow;
  private volatile boolean broken;

  /** Its syncs wait, or fail, once they are told to. */
  private final Disk disk =
      new DiskAround() {
        @Override
        public Disk disk() {
          return new RealDisk();
        }

        @Override
        public DiskFile around(DiskFile file) {
          return new Slow(file);
        }
      };

  private final class Slow implements DiskAround.FileAround {
    private final DiskFile file;

    Slow(DiskFile file) {
      this.file = file;
    }

    @Override
    public DiskFile file() {
      return file;
    }

    @Override
    public void force() throws IOException {
      if (broken) {
        throw new IOException("EIO");
      }
      if (slow) {
        atDisk.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      file.force();
    }
  }

  private SegmentLog open() throws IOException {
    return SegmentLog.open(
        disk,
        folder.resolve("log"),
        folder.resolve("quarantine"),
        LogSettings.usual(),
        new Random(1));
  }

  @Test
  void log_idle_answers() throws Exception {
    try (SegmentLog log = open()) {
      assertThat(log.answers(LONG)).isTrue();
    }
  }

  @Test
  void log_closed_answers() throws Exception {
    SegmentLog log = open();
    log.close();
    assertThat(log.answers(SHORT)).isTrue();
  }

  @Test
  void disk_hangs_isNoReasonForARestart() throws Exception {
    SegmentLog log = open();
    slow = true;
    Thread writing =
        Thread.ofPlatform().start(() -> log.appendSoon(List.of(Entry.of(1, new byte[8]))));
    Thread syncing = Thread.ofPlatform().start(() -> synced(log));
    atDisk.await();
    assertThat(log.answers(SHORT)).isTrue();
    goOn.countDown();
    writing.join();
    syncing.join();
    log.close();
  }

  @Test
  void disk_failed_isNoReasonForARestart() throws Exception {
    SegmentLog log = open();
    broken = true;
    assertThatThrownBy(() -> log.append(List.of(Entry.of(1, new byte[8]))))
        .isInstanceOf(LogFailedException.class);
    assertThat(log.answers(LONG)).isTrue();
    log.close();
  }

  @Test
  void writer_hangsInItsOwnWork_doesNotAnswer() throws Exception {
    SegmentLog log = open();
    LogWriter writer = writer(log);
    CompletableFuture<Long> told = new CompletableFuture<>();
    var _ =
        told.thenRun(() -> {
          atDisk.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    writer.ask(new Request.Sync(told));
    atDisk.await();
    assertThat(log.answers(SHORT)).isFalse();
    goOn.countDown();
    assertThat(log.answers(LONG)).isTrue();
    log.close();
  }

  /** Nobody outside can have the writer hang: its field is looked into instead. */
  private static LogWriter writer(SegmentLog log) throws ReflectiveOperationException {
    var field = SegmentLog.class.getDeclaredField("writer");
    field.setAccessible(true);
    return (LogWriter) field.get(log);
  }

  private static void synced(SegmentLog log) {
    try {
      log.sync();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
