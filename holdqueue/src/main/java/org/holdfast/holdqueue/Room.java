package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.log.SegmentLog;

/**
 * Is there room for more mail? Refuses long before the disk is full, so that what became of mail
 * can always be written. Thread-safe.
 */
final class Room {

  /** Free space is asked for again after this many octets or this much time. */
  private static final long ASK_BYTES = 16L << 20;

  private static final long ASK_NANOS = 200_000_000L;

  private final Disk disk;
  private final SegmentLog log;
  private final Path directory;
  private final long maxBytes;
  private final long minFree;
  private final AtomicLong taken = new AtomicLong();
  private volatile long free;
  private volatile long used;
  private volatile long askedAt;

  Room(Disk disk, SegmentLog log, StoreSettings settings) throws IOException {
    this.disk = disk;
    this.log = log;
    this.directory = settings.directory();
    this.maxBytes = settings.maxBytes();
    this.minFree = settings.minFree();
    ask();
  }

  long free() {
    return free;
  }

  /** Takes this much of it, or says why not. */
  Optional<String> take(long octets) {
    if (taken.addAndGet(octets) > ASK_BYTES) {
      askOrAssumeNone();
    }
    return refusal(octets);
  }

  /** Why a message of this size would be refused now. */
  Optional<String> refusal(long octets) {
    askIfStale();
    if (used + taken.get() + octets > maxBytes) {
      return Optional.of("max-bytes is reached");
    }
    if (free - taken.get() - octets < minFree) {
      return Optional.of("min-free is reached");
    }
    return Optional.empty();
  }

  private void askIfStale() {
    if (System.nanoTime() - askedAt > ASK_NANOS) {
      askOrAssumeNone();
    }
  }

  private void askOrAssumeNone() {
    try {
      ask();
    } catch (IOException e) {
      free = 0;
    }
  }

  private synchronized void ask() throws IOException {
    askedAt = System.nanoTime();
    free = disk.freeSpace(directory);
    used = log.octets();
    taken.set(0);
  }
}
