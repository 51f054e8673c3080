package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a copy of every range of a log that does not read back right, for a person. Thread-safe.
 */
final class Quarantine {

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final int COPY = 1 << 20;

  private final Disk disk;
  private final Path directory;
  private final AtomicLong ranges = new AtomicLong();

  Quarantine(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Damaged ranges met since the start, torn tails aside. */
  long ranges() {
    return ranges.get();
  }

  /** Synced octets that are not what was written. */
  void damaged(DiskFile file, long base, long from, long to) throws IOException {
    ranges.incrementAndGet();
    if (copy(file, base, from, to, "damaged")) {
      LOG.error(
          "damaged range in segment {}: {} octets at {}, copied to {}",
          Segment.name(base),
          to - from,
          from,
          directory);
    }
  }

  /** What a crash left of records that nobody was told are safe. */
  void torn(DiskFile file, long base, long from, long to) throws IOException {
    if (copy(file, base, from, to, "torn")) {
      LOG.warn(
          "torn tail of segment {}: {} octets at {} cut, copied to {}",
          Segment.name(base),
          to - from,
          from,
          directory);
    }
  }

  private synchronized boolean copy(DiskFile file, long base, long from, long to, String why)
      throws IOException {
    disk.createDirectories(directory);
    String name = String.format(Locale.ROOT, "%016x-%d-%d.%s", base, from, to - from, why);
    if (disk.list(directory).contains(name)) {
      return false;
    }
    Path part = directory.resolve(name + ".part");
    if (disk.list(directory).contains(name + ".part")) {
      disk.delete(part);
    }
    try (DiskFile copy = disk.create(part)) {
      copyRange(file, from, to, copy);
      copy.force();
    }
    disk.rename(part, directory.resolve(name));
    disk.syncDirectory(directory);
    return true;
  }

  private static void copyRange(DiskFile file, long from, long to, DiskFile copy)
      throws IOException {
    ByteBuffer octets = ByteBuffer.allocate((int) Math.min(COPY, to - from));
    for (long at = from; at < to; at += octets.limit()) {
      octets.clear().limit((int) Math.min(octets.capacity(), to - at));
      file.readFully(octets, at);
      copy.write(octets.flip(), at - from);
    }
  }
}
