package org.holdfast.holdqueue.dispatch;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * One server that answers, or answered, for a next hop: whether it is there and how much it bears.
 * A failover begins with a new one, so what was learned of the dead server is not held against its
 * partner. Not thread-safe.
 */
final class Member {

  /** An attempt that is open for longer than this, and for much longer than usual, hangs. */
  static final long HANGING = 2_000_000_000L;

  /** That many times the usual latency is much longer. */
  private static final int MUCH_LONGER = 8;

  final String name;
  final Breaker breaker;
  final ConcurrencyLimit concurrency;
  String lastReply = "";
  private final int most;

  /** Who has an attempt open there, the oldest first. */
  private final SequencedSet<Lane> open = new LinkedHashSet<>();

  private long lastAnswer = Long.MIN_VALUE;

  Member(String name, DispatchLimits limits, Backoff probes) {
    this.name = name;
    this.most = limits.connections();
    this.breaker = new Breaker(probes, limits.failuresToBreak());
    this.concurrency = new ConcurrencyLimit(limits.connections());
  }

  /** Attempts of the dispatcher that are open there. */
  int inFlight() {
    return open.size();
  }

  /** When the oldest attempt that is open there began; {@link Long#MAX_VALUE}: none is. */
  long oldest() {
    return open.isEmpty() ? Long.MAX_VALUE : open.getFirst().begun;
  }

  /** Breaker and concurrency permitting. */
  boolean mayBegin(long now) {
    return breaker.admits(now)
        && open.size() < most
        && (!breaker.isClosed() || open.size() - hanging(now) < concurrency.allowed());
  }

  /** When time alone changes that; {@link Long#MAX_VALUE}: it does not. */
  long nextBegin(long now) {
    if (mayBegin(now)) {
      return now;
    }
    if (open.size() >= most) {
      return Long.MAX_VALUE;
    }
    return breaker.isClosed() ? nextHanging(now) : breaker.nextProbe();
  }

  /**
   * Attempts that one message makes hang must not take the place of all the others, so they do not
   * count as load; the connections bound them.
   */
  private int hanging(long now) {
    int hanging = 0;
    for (Lane lane : open) {
      if (now - lane.begun < patience()) {
        break;
      }
      hanging++;
    }
    return hanging;
  }

  private long nextHanging(long now) {
    for (Lane lane : open) {
      if (now - lane.begun < patience()) {
        return lane.begun + patience();
      }
    }
    return now;
  }

  private long patience() {
    return Math.max(HANGING, MUCH_LONGER * concurrency.usual());
  }

  /** The lane's {@code begun} says since when. */
  void begins(Lane lane) {
    breaker.begins(lane, lane.begun);
    open.add(lane);
    concurrency.begins(open.size());
  }

  /** The attempt is over, however it ended. */
  void leaves(Lane lane, String reply) {
    open.remove(lane);
    lastReply = reply;
  }

  /** The attempt is over, and nothing was said. */
  void leaves(Lane lane) {
    open.remove(lane);
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
