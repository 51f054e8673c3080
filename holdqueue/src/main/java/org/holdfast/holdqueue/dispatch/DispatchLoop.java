package org.holdfast.holdqueue.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;

/**
 * The one thread that drives the dispatcher. Its methods only post an event: quick, never block,
 * from any thread, in any order unless said here.
 *
 * <p>A stored message is told like this: durable in the log; then {@link #adopted} for each
 * recipient with a running attempt; then visible to {@link Backlog#head}; then {@link #held} for
 * each recipient. Adopted before visible is what keeps a second attempt from being begun.
 */
public final class DispatchLoop implements AutoCloseable {

  /**
   * A loop at rest; {@link #start} lets it go.
   *
   * @param random for jitter only
   */
  public DispatchLoop(
      Backlog backlog,
      NextHops nextHops,
      DispatchLimits limits,
      InstantSource clock,
      RandomGenerator random) {}

  /** Begins: every lane of the backlog is asked for once. */
  public void start() {}

  /** An attempt begun elsewhere is open for this delivery; this queue owns it from now on. */
  public void adopted(Delivery delivery, CompletionStage<Outcome> running) {}

  /**
   * A delivery was stored and can be seen in the backlog. Harmless when said too often.
   *
   * @param nextHop as the backlog has it for this lane
   * @param entry DEFERRED: the lane's first retry waits for the first backoff; PARKED: ignored
   */
  public void held(String lane, String nextHop, Held.Entry entry) {}

  /**
   * A person did something to deliveries of this lane (retry, park, discard, redirect from or to
   * here) and the backlog shows it: what was read of the lane before is forgotten, and it is due
   * now.
   */
  public void changed(String lane) {}

  /** {@link org.holdfast.holdqueue.HoldQueue#opened}, after the change is visible. */
  public void opened(Lanes lanes) {}

  /** {@link org.holdfast.holdqueue.HoldQueue#shut}. */
  public void shut(Lanes lanes) {}

  /** What is going on; never older than about a second. */
  public DispatchStatus status() {
    return new DispatchStatus(Instant.EPOCH, List.of(), 0, 0, false);
  }

  /**
   * Begins nothing new, waits for open attempts at most this long, records what is still open as
   * uncertain, and returns when no thread of it is left in the backlog. Once.
   */
  public void stop(Duration patience) {}

  @Override
  public void close() {
    stop(Duration.ZERO);
  }
}
