package org.holdfast.holdqueue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.dispatch.DispatchLoop;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.jspecify.annotations.Nullable;

/** When the queue first tries what was tried at the door in vain. Thread-safe. */
final class FirstTry {

  private final InstantSource clock;
  private final Arrivals arrivals;
  private final RandomGenerator random;
  private volatile DispatchLimits limits;

  /**
   * @param random for jitter; thread-safe
   */
  FirstTry(InstantSource clock, Arrivals arrivals, RandomGenerator random, DispatchLimits limits) {
    this.clock = clock;
    this.arrivals = arrivals;
    this.random = random;
    this.limits = limits;
  }

  /** Other waits from now on. */
  void become(DispatchLimits other) {
    limits = other;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * Null when nothing was tried, or something is open still: then it waits its turn. A next hop in
   * trouble is asked again as soon as the dispatcher probes it: now, if it does not know yet.
   */
  @Nullable Instant of(Held held) {
    if (held.entry() == Held.Entry.DEFERRED) {
      return now().plus(limits.firstRetry(random));
    }
    boolean failed = held.tried() != null && held.running() == null;
    return failed && held.entry() == Held.Entry.WAITING
        ? probe(held.nextHop()).orElse(now())
        : null;
  }

  /** When this next hop, which failed, is asked next; empty when it is not known to have failed. */
  Optional<Instant> probe(String nextHop) {
    return arrivals.dispatcher().map(DispatchLoop::status).stream()
        .flatMap(status -> status.nextHops().stream())
        .filter(hop -> hop.name().equals(nextHop))
        .map(DispatchStatus.NextHop::nextProbe)
        .<Instant>mapMulti((probe, to) -> {
          if (probe != null && probe.isAfter(now())) {
            to.accept(probe);
          }
        })
        .findFirst();
  }
}
