package org.holdfast.holdqueue.dispatch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What bounds the dispatcher. Times are positive.
 *
 * @param connections most attempts open at once for one next hop
 * @param rate deliveries begun a second for one next hop; 0: no limit
 * @param retryFirst the wait after the first failed attempt of a lane; doubles with each further
 *     one, with jitter
 * @param retryMax the longest wait of a lane
 * @param probeFirst the wait before the first probe of a next hop that failed; doubles likewise
 * @param probeMax the longest wait between two probes of a next hop
 * @param unknownRetry the wait before {@code way} or the backlog is asked again after it could not
 *     tell
 * @param failuresToBreak failures of a next hop in a row, no success between, that open its breaker
 * @param window most lanes in memory that wait their turn for one next hop; further ones are read
 *     again from the backlog when there is room
 * @param sleepers most lanes in memory that wait for a retry; further ones are found again by a
 *     walk through the backlog
 * @param page lanes read at once in a walk
 * @param batch deliveries of one lane read at once
 */
public record DispatchLimits(
    int connections,
    double rate,
    Duration retryFirst,
    Duration retryMax,
    Duration probeFirst,
    Duration probeMax,
    Duration unknownRetry,
    int failuresToBreak,
    int window,
    int sleepers,
    int page,
    int batch) {

  /** The shipped configuration. */
  public static DispatchLimits defaults() {
    return new DispatchLimits(
        20,
        0,
        Duration.ofSeconds(15),
        Duration.ofMinutes(10),
        Duration.ofMillis(250),
        Duration.ofSeconds(3),
        Duration.ofSeconds(1),
        1,
        4_096,
        65_536,
        512,
        64);
  }

  public DispatchLimits {
    require(connections > 0, "connections must be positive");
    require(rate >= 0, "rate must not be negative");
    require(failuresToBreak > 0, "failuresToBreak must be positive");
    require(window > 0 && sleepers > 0 && page > 0 && batch > 0, "bounds must be positive");
    require(retryMax.compareTo(retryFirst) >= 0, "retryMax must not be below retryFirst");
    require(probeMax.compareTo(probeFirst) >= 0, "probeMax must not be below probeFirst");
    require(
        retryFirst.isPositive() && probeFirst.isPositive() && unknownRetry.isPositive(),
        "times must be positive");
  }

  /** The same with the limits an operator sets ({@code delivery}, {@code release}, retry). */
  public DispatchLimits with(int connections, double rate, Duration first, Duration max) {
    return new DispatchLimits(
        connections,
        rate,
        first,
        max,
        probeFirst,
        probeMax,
        unknownRetry,
        failuresToBreak,
        window,
        sleepers,
        page,
        batch);
  }

  /** The wait of a lane whose first attempt failed just now. */
  public Duration firstRetry(RandomGenerator random) {
    return Duration.ofNanos(Backoff.between(retryFirst, retryMax, random).after(1));
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
