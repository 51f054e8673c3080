package org.holdfast.holdqueue.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * Keeps everybody away from a next hop that failed, and finds out with one attempt at a time
 * whether it is back. Times in nanoseconds.
 */
final class Breaker {

  /**
   * A probe that is open for longer may be hanging at its own message: another may go. Twice as
   * long for each further one, so that a next hop that never answers gets only a few.
   */
  private static final long PROBE_PATIENCE = 4_000_000_000L;

  /** Probes do not wait for longer than so many doublings. */
  private static final int MOST_DOUBLINGS = 8;

  private final Backoff backoff;
  private final int failuresToBreak;

  private DispatchStatus.Breaker state = DispatchStatus.Breaker.CLOSED;
  private int failures;
  private int probes;
  private int hanging;
  private long nextProbe;
  private long closedSince = Long.MIN_VALUE;
  private @Nullable Lane probe;

  Breaker(Backoff backoff, int failuresToBreak) {
    this.backoff = backoff;
    this.failuresToBreak = failuresToBreak;
  }

  boolean isClosed() {
    return state == DispatchStatus.Breaker.CLOSED;
  }

  DispatchStatus.Breaker state() {
    return state;
  }

  /** When the next probe may begin; means something only while it is not closed. */
  long nextProbe() {
    return nextProbe;
  }

  /** May one attempt begin, other limits aside? */
  boolean admits(long now) {
    return isClosed() || now >= nextProbe;
  }

  /** An attempt begins: a probe, when the breaker was not closed. */
  void begins(Lane lane, long now) {
    if (!isClosed()) {
      state = DispatchStatus.Breaker.PROBING;
      probe = lane;
      nextProbe = now + (PROBE_PATIENCE << Math.min(hanging++, MOST_DOUBLINGS));
    }
  }

  /**
   * The next hop answered: it is there. True when that closed the breaker: begin gently, all the
   * others have been waiting.
   */
  boolean answered(long now) {
    failures = 0;
    if (isClosed()) {
      return false;
    }
    state = DispatchStatus.Breaker.CLOSED;
    closedSince = now;
    probes = 0;
    hanging = 0;
    probe = null;
    return true;
  }

  /**
   * An attempt failed that was begun at {@code begun}. Those from before the breaker last closed
   * tell old news; while it is open only the probe counts.
   */
  void failed(@Nullable Lane lane, long begun, long now) {
    if (isClosed()) {
      if (begun >= closedSince && ++failures >= failuresToBreak) {
        open(now);
      }
    } else if (lane != null && lane == probe) {
      open(now);
    }
  }

  /** A connection was lost half way: no news while closed, a failure for the probe. */
  void lost(Lane lane, long now) {
    if (!isClosed()) {
      failed(lane, now, now);
    }
  }

  /** An attempt ended without having asked the next hop: if it was the probe, another may go. */
  void toldNothing(Lane lane, long now) {
    if (lane == probe) {
      state = DispatchStatus.Breaker.OPEN;
      probe = null;
      nextProbe = now;
    }
  }

  private void open(long now) {
    state = DispatchStatus.Breaker.OPEN;
    failures = 0;
    hanging = 0;
    probe = null;
    nextProbe = now + backoff.after(++probes);
  }
}
