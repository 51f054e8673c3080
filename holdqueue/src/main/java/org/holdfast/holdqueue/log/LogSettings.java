package org.holdfast.holdqueue.log;

/**
 * How a log is kept.
 *
 * @param segmentBytes a new segment is begun when the next record would go beyond this
 * @param preallocateBytes how far ahead of the last record the file is filled with zeroes
 * @param lazyNanos how long a record that nobody waits for may stay unsynced
 */
public record LogSettings(long segmentBytes, long preallocateBytes, long lazyNanos) {

  /** 64 MiB segments, 4 MiB ahead, 100 ms. */
  public static LogSettings usual() {
    return new LogSettings(64L << 20, 4L << 20, 100_000_000L);
  }
}
