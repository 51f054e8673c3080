package org.holdfast.gateway.deliver;

import java.time.Instant;
import java.time.InstantSource;
import org.holdfast.gateway.deliver.MemberHealth.Standing;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.routing.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * What is counted about one member. Written on the member's event loop only, read from any thread:
 * hence volatile fields and no lock.
 */
// One writer: the increments need no atomics.
@SuppressWarnings("NonAtomicVolatileUpdate")
final class MemberGauge {

  private static final int EWMA_SHIFT = 3;

  private final HostPort lmtp;
  private final InstantSource clock;
  private volatile int open;
  private volatile int inUse;
  private volatile int opening;
  private volatile int waiting;
  private volatile long transactions;
  private volatile long latencyNanos;
  private volatile @Nullable Instant lastSuccess;
  private volatile @Nullable Trouble lastError;

  private volatile Stand stand = new Stand(Standing.UNKNOWN, null);

  /** The last end of a transaction, or when the first that is open, or a connection, began. */
  private volatile @Nullable Instant heard;

  private record Stand(Standing standing, @Nullable Instant since) {}

  private record Trouble(Instant when, Reply reply) {}

  MemberGauge(HostPort lmtp, InstantSource clock) {
    this.lmtp = lmtp;
    this.clock = clock;
  }

  void pool(int nowOpen, int nowInUse, int nowOpening, int nowWaiting) {
    if (!busy() && nowInUse + nowOpening > 0) {
      heard = clock.instant();
    }
    open = nowOpen;
    inUse = nowInUse;
    opening = nowOpening;
    waiting = nowWaiting;
  }

  void ended() {
    transactions++;
    heard = clock.instant();
  }

  void latency(long nanos) {
    long old = latencyNanos;
    latencyNanos = old == 0 ? nanos : old + ((nanos - old) >> EWMA_SHIFT);
  }

  /** Something is expected of it: a greeting, or an answer. */
  private boolean busy() {
    return inUse + opening > 0;
  }

  /** It took a delivery. */
  void success() {
    lastSuccess = clock.instant();
    answered();
  }

  /** It said something about a mailbox or a message: it works. */
  void answered() {
    stands(Standing.UP);
  }

  void error(Reply reply) {
    lastError = new Trouble(clock.instant(), reply);
    stands(Standing.DOWN);
  }

  private void stands(Standing now) {
    if (stand.standing != now) {
      stand = new Stand(now, clock.instant());
    }
  }

  MemberHealth snapshot() {
    Trouble trouble = lastError;
    Stand now = stand;
    return new MemberHealth(
        lmtp,
        open,
        inUse,
        opening,
        waiting,
        transactions,
        latencyNanos / 1000,
        now.standing,
        now.since,
        clock.instant(),
        busy() ? heard : null,
        lastSuccess,
        trouble == null ? null : trouble.when,
        trouble == null ? "" : trouble.reply.line());
  }
}
