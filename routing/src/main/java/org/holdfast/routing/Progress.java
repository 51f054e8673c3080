package org.holdfast.routing;

import java.time.Duration;

/** Is told how far the reading of the log has come; may throw, which ends the reading. */
interface Progress {

  /** Nobody listens. */
  Progress UNHEARD = (_, _) -> {};

  /**
   * Told now and then.
   *
   * @param changes read so far
   * @param percent of the log
   */
  void at(long changes, int percent);

  /** Counts, and tells now and then. One thread. */
  final class Of {

    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    private final Progress to;
    private final long last;
    private long first = -1;
    private long changes;
    private long toldAt = System.nanoTime() - PAUSE_NANOS;

    /**
     * @param last position of the log's last record
     */
    Of(Progress to, long last) {
      this.to = to;
      this.last = last;
    }

    void read(long position, int more) {
      changes += more;
      first = first < 0 ? position : first;
      if (System.nanoTime() - toldAt > PAUSE_NANOS) {
        toldAt = System.nanoTime();
        to.at(changes, (int) (100 * (position - first) / Math.max(1, last - first)));
      }
    }
  }
}
