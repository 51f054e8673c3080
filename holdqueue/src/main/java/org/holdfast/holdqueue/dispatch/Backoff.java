package org.holdfast.holdqueue.dispatch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits that double from the first to the longest, each spread over its upper half by chance. Not
 * thread-safe.
 */
final class Backoff {

  private final RandomGenerator random;
  private long firstNanos;
  private long maxNanos;

  private Backoff(Duration first, Duration max, RandomGenerator random) {
    this.random = random;
    become(first, max);
  }

  static Backoff between(Duration first, Duration max, RandomGenerator random) {
    return new Backoff(first, max, random);
  }

  /** Other bounds for the waits that begin from now on. */
  void become(Duration first, Duration max) {
    firstNanos = first.toNanos();
    maxNanos = max.toNanos();
  }

  /** No wait is longer, in nanoseconds; a clock that was set may say so of one told as a time. */
  long longest() {
    return maxNanos;
  }

  /**
   * The wait after this many failures in a row, in nanoseconds: between half of the nominal wait
   * and all of it.
   *
   * @param failures from 1
   */
  long after(int failures) {
    long nominal = firstNanos;
    for (int i = 1; i < failures && nominal < maxNanos; i++) {
      nominal = Math.min(maxNanos, nominal * 2);
    }
    return nominal - random.nextLong(nominal / 2 + 1);
  }
}
