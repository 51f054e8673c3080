package org.holdfast.holdqueue.log;

/**
 * How a log is kept.
 *
 * @param segmentBytes a new segment is begun when the next record would go beyond this
 * @param preallocateBytes how far ahead of the last record the file is filled with zeroes
 * @param lazyNanos how long a record that nobody waits for may stay unsynced
 */
public record LogSettings(long segmentBytes, long preallocateBytes, long lazyNanos) {

  /** A log of limited size has at least this many segments when it is full. */
  static final int SEGMENTS = 8;

  /** Segments are not made smaller than this, in octets. */
  static final long SMALLEST_SEGMENT = 4 << 10;

  /** What is zeroed ahead in a segment that was made smaller: this part of it. */
  private static final int AHEAD_DIVISOR = 16;

  /** 64 MiB segments, 4 MiB ahead, 100 ms. */
  public static LogSettings usual() {
    return new LogSettings(64L << 20, 4L << 20, 100_000_000L);
  }

  /**
   * The same with segments small enough for a log of at most this many octets: room comes back by
   * whole segments only.
   */
  public LogSettings fitting(long octets) {
    long segment = Math.max(SMALLEST_SEGMENT, octets / SEGMENTS);
    return segment >= segmentBytes
        ? this
        : new LogSettings(segment, Math.min(preallocateBytes, segment / AHEAD_DIVISOR), lazyNanos);
  }
}
