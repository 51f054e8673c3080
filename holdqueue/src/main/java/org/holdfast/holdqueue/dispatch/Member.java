package org.holdfast.holdqueue.dispatch;

/**
 * One server that answers, or answered, for a next hop: whether it is there and how much it bears.
 * A failover begins with a new one, so what was learned of the dead server is not held against its
 * partner. Not thread-safe.
 */
final class Member {

  final String name;
  final Breaker breaker;
  final ConcurrencyLimit concurrency;
  String lastReply = "";
  private int inFlight;
  private long lastAnswer = Long.MIN_VALUE;

  Member(String name, DispatchLimits limits, Backoff probes) {
    this.name = name;
    this.breaker = new Breaker(probes, limits.failuresToBreak());
    this.concurrency = new ConcurrencyLimit(limits.connections());
  }

  /** Attempts of the dispatcher that are open there. */
  int inFlight() {
    return inFlight;
  }

  /** Breaker and concurrency permitting. */
  boolean mayBegin(long now) {
    return breaker.admits(now) && (!breaker.isClosed() || inFlight < concurrency.allowed());
  }

  void begins(Lane lane) {
    breaker.begins(lane);
    concurrency.begins(++inFlight);
  }

  /** The attempt is over, however it ended. */
  void leaves(String reply) {
    inFlight--;
    lastReply = reply;
  }

  /** The attempt is over, and nothing was said. */
  void leaves() {
    inFlight--;
  }

  /** When it last answered; {@link Long#MIN_VALUE}: not yet. */
  long lastAnswer() {
    return lastAnswer;
  }

  void answered(long latencyNanos, long now) {
    lastAnswer = now;
    if (breaker.answered(now)) {
      concurrency.restart();
    } else {
      concurrency.answered(latencyNanos, now);
    }
  }
}
