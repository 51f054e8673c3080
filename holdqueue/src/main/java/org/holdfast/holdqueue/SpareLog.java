package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogFailedException;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the ends of deliveries go while the log takes nothing, until the next start copies them to
 * where they belong. Thread-safe; its monitor guards everything, appends wait for each other.
 *
 * <p>After a failed write or fsync of the log what is safely readable is still delivered. Without a
 * note of it all of that would come a second time after the restart. The note is another file: a
 * failed fsync says nothing about files made later, and theirs is believed only when it returns. If
 * this file fails too, nothing is noted and so nothing further is tried; the next end begins yet
 * another file, so that delivery goes on when there is room again.
 */
final class SpareLog {

  /** What it takes at most; then nothing further is tried until a restart. */
  static final long MOST_OCTETS = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(SpareLog.class);

  private static final LogSettings SETTINGS = new LogSettings(1L << 20, 0, 100_000_000L);

  /** Records copied together. */
  private static final int COPIED = 1_000;

  private final Disk disk;
  private final Path directory;
  private final Path quarantine;
  private final long most;
  private @Nullable SegmentLog open;
  private boolean closed;

  SpareLog(Disk disk, Path directory, Path quarantine, long most) {
    this.disk = disk;
    this.directory = directory;
    this.quarantine = quarantine;
    this.most = most;
  }

  /** Returns when these are on stable storage. */
  synchronized void append(List<Entry> fates) throws IOException {
    SegmentLog spare = opened();
    if (spare.octets() >= most) {
      throw new IOException("the spare log is full; nothing more is delivered until a restart");
    }
    try {
      spare.append(fates);
    } catch (LogFailedException e) {
      open = null;
      closeQuietly(spare);
      throw e;
    }
  }

  private SegmentLog opened() throws IOException {
    if (closed) {
      throw new IOException("the spare log is closed");
    }
    SegmentLog spare = open;
    if (spare == null) {
      spare = SegmentLog.open(disk, directory, quarantine, SETTINGS, new SecureRandom());
      open = spare;
      LOG.warn("the ends of deliveries go to {} until the restart", directory);
    }
    return spare;
  }

  /**
   * Appends what an earlier process left here to the log, and drops it when it is safe there. A
   * crash meanwhile has it appended again: an end that comes twice means nothing.
   */
  synchronized void emptyInto(SegmentLog log) throws IOException {
    disk.createDirectories(directory);
    if (files().isEmpty()) {
      return;
    }
    int copied = copy(log);
    for (String name : files()) {
      disk.delete(directory.resolve(name));
    }
    disk.syncDirectory(directory);
    LOG.warn("{} ends of deliveries copied from {} to the log", copied, directory);
  }

  /** Others' files are left alone. */
  private List<String> files() throws IOException {
    return disk.list(directory).stream().filter(n -> n.endsWith(".log")).toList();
  }

  private int copy(SegmentLog log) throws IOException {
    List<Entry> left = new ArrayList<>();
    SegmentLog spare = SegmentLog.open(disk, directory, quarantine, SETTINGS, new SecureRandom());
    try {
      spare.replay(
          0, spare.end(), true, record -> left.add(Entry.of(record.type(), record.body())));
    } finally {
      closeQuietly(spare);
    }
    for (int from = 0; from < left.size(); from += COPIED) {
      log.append(left.subList(from, Math.min(left.size(), from + COPIED)));
    }
    return left.size();
  }

  private static void closeQuietly(SegmentLog spare) {
    try {
      spare.close();
    } catch (IOException e) {
      LOG.debug("the spare log did not close in order", e);
    }
  }

  synchronized void close() {
    closed = true;
    SegmentLog spare = open;
    open = null;
    if (spare != null) {
      closeQuietly(spare);
    }
  }
}
