package org.holdfast.holdqueue.dispatch;

/**
 * How many attempts may be open at once for one next hop, learned from how they end: additive
 * increase, multiplicative decrease. Starts at the most allowed; after {@link #restart} it grows
 * from one by one for each success (so it doubles each round trip) up to half of what it was, and
 * by one each round trip from there.
 */
final class ConcurrencyLimit {

  /** A latency this many times the usual one means that the next hop is too busy. */
  private static final double TOLERANCE = 4;

  /** Below this no latency is called too high: disks need their time. */
  private static final double UNREMARKABLE_NANOS = 250e6;

  private static final double DECREASE = 0.7;

  private final int most;
  private double limit;
  private double threshold;
  private double usual;
  private long untouchedUntil = Long.MIN_VALUE;

  ConcurrencyLimit(int most) {
    this.most = most;
    this.limit = most;
    this.threshold = most;
  }

  int allowed() {
    return (int) limit;
  }

  /** An attempt was answered within this time. */
  void answered(long latencyNanos, long now) {
    if (isSlow(latencyNanos)) {
      decrease(latencyNanos, now);
    } else {
      limit = Math.min(most, limit + (limit < threshold ? 1 : 1 / limit));
    }
    // The usual latency follows a lasting change slowly and a faster answer at once.
    usual =
        usual == 0 || latencyNanos < usual ? latencyNanos : usual * 0.999 + latencyNanos * 0.001;
  }

  /** The next hop was away: it must not be met by everybody at once when it is back. */
  void restart() {
    threshold = Math.max(1, limit / 2);
    limit = 1;
  }

  private boolean isSlow(long latencyNanos) {
    return usual > 0 && latencyNanos > UNREMARKABLE_NANOS && latencyNanos > usual * TOLERANCE;
  }

  /** Once for each round trip: those that were open together tell the same story. */
  private void decrease(long latencyNanos, long now) {
    if (now >= untouchedUntil) {
      limit = Math.max(1, limit * DECREASE);
      threshold = limit;
      untouchedUntil = now + latencyNanos;
    }
  }
}
