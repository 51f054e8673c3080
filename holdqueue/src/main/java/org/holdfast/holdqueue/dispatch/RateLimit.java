package org.holdfast.holdqueue.dispatch;

/** A token bucket that holds a tenth of a second's worth, at least one. Times in nanoseconds. */
final class RateLimit {

  private static final double SECOND = 1e9;

  private final double rate;
  private final double most;
  private double tokens;
  private long filled;

  /**
   * @param rate tokens a second; 0: no limit
   */
  RateLimit(double rate) {
    this.rate = rate;
    this.most = Math.max(1, rate / 10);
    this.tokens = most;
  }

  boolean admits(long now) {
    return rate == 0 || at(now) >= 1;
  }

  void take(long now) {
    if (rate > 0) {
      tokens = at(now) - 1;
      filled = now;
    }
  }

  /** When there will be a token. */
  long next(long now) {
    double missing = 1 - at(now);
    return missing <= 0 ? now : now + (long) Math.ceil(missing / rate * SECOND);
  }

  private double at(long now) {
    // The hair above keeps a wait that was rounded from ending one nanosecond too early for ever.
    return Math.min(most, tokens + (now - filled) / SECOND * rate + 1e-9);
  }
}
