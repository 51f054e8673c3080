package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;

/**
 * Is there room for more mail? Refuses long before the disk is full, so that what became of mail
 * can always be written, and thin segments can always be compacted. Thread-safe.
 *
 * <pre>
 *   0                                                             max-bytes
 *   |  the log as it is  | on its way | ends of what waits | compaction |
 *   |  (used)            | (taken)    | END_OCTETS each    | (reserve)  |
 * </pre>
 *
 * <p>New mail is refused when these together would be more than {@code max-bytes}, or would leave
 * less than {@code min-free}. Compaction copies before it deletes, one segment at a time, so what
 * it needs is one segment and what is preallocated behind it.
 */
final class Room {

  /** Free space is asked for again after this many octets or this much time. */
  private static final long ASK_BYTES = 16L << 20;

  private static final long ASK_NANOS = 200_000_000L;

  /** Kept for the end of each delivery that waits: the record of it, with a long reply. */
  static final long END_OCTETS = 256;

  /** What a message takes beside its content, about: the frame and envelope. */
  static final long MESSAGE_OCTETS = 256;

  /** What each recipient takes in a message's record, about. */
  static final long RECIPIENT_OCTETS = 256;

  /** Compaction goes on below {@code min-free}, but leaves this part of it to the ends of mail. */
  private static final int FLOOR_DIVISOR = 2;

  private final Disk disk;
  private final SegmentLog log;
  private final Path directory;
  private volatile long maxBytes;
  private volatile long minFree;
  private final long reserve;
  private final LongSupplier waiting;

  /** Being written. */
  private final AtomicLong taken = new AtomicLong();

  /** Written since {@code used} was asked for. */
  private final AtomicLong landed = new AtomicLong();

  private volatile long free;
  private volatile long used;
  private volatile long askedAt;

  /**
   * @param segments as the log has them
   * @param waiting how many deliveries will yet come to an end
   */
  Room(
      Disk disk, SegmentLog log, StoreSettings settings, LogSettings segments, LongSupplier waiting)
      throws IOException {
    this.disk = disk;
    this.log = log;
    this.directory = settings.directory();
    this.maxBytes = settings.maxBytes();
    this.minFree = settings.minFree();
    this.reserve = segments.segmentBytes() + segments.preallocateBytes();
    this.waiting = waiting;
    ask();
  }

  /** Other bounds from now on. */
  void bounds(long most, long free) {
    maxBytes = most;
    minFree = free;
  }

  long free() {
    return free;
  }

  /** About what a message needs until it is gone. */
  static long need(long content, int recipients) {
    return MESSAGE_OCTETS + content + recipients * (RECIPIENT_OCTETS + END_OCTETS);
  }

  /** Takes this much, which {@link #settle} must give back, or says why not. */
  Optional<String> take(long octets) {
    taken.addAndGet(octets);
    Optional<String> refusal = refusal(0);
    if (refusal.isPresent()) {
      taken.addAndGet(-octets);
    }
    return refusal;
  }

  /** What was taken is in the log now, or never will be. */
  void settle(long octets, boolean stored) {
    long since = stored ? landed.addAndGet(octets) : 0;
    taken.addAndGet(-octets);
    if (since > ASK_BYTES) {
      askOrAssumeNone();
    }
  }

  /** Why a message that needs this much would be refused now. */
  Optional<String> refusal(long octets) {
    long more = octets + spoken();
    if (used + more > maxBytes) {
      return Optional.of("max-bytes is reached");
    }
    if (free - more < minFree) {
      return Optional.of("min-free is reached");
    }
    return Optional.empty();
  }

  /** Octets that may still be taken; 0 while none are. */
  long left() {
    long spoken = spoken();
    return Math.max(0, Math.min(maxBytes - used, free - minFree) - spoken);
  }

  /** What is not written yet and must have its place. */
  private long spoken() {
    askIfStale();
    return taken.get() + landed.get() + waiting.getAsLong() * END_OCTETS + reserve;
  }

  /**
   * Whether compaction may write this much before it deletes what it copied: one segment always,
   * more only if there is room; never so much that the disk runs full.
   */
  boolean mayCarry(long octets) {
    askOrAssumeNone();
    boolean fits = octets <= reserve || used + taken.get() + octets <= maxBytes;
    return fits && free - octets >= minFree / FLOOR_DIVISOR;
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
    long counted = landed.get();
    free = disk.freeSpace(directory);
    used = log.octets();
    landed.addAndGet(-counted);
  }
}
