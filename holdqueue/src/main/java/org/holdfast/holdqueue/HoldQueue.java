package org.holdfast.holdqueue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.jspecify.annotations.Nullable;

/**
 * Keeps mail safe until it can go, and lets it go in order. Thread-safe.
 *
 * <p>A message is stored once however many recipients it has; each recipient is a delivery in the
 * lane of its mailbox. A lane is a FIFO: deliveries leave it in the order of acceptance, one at a
 * time; a parked one steps aside and the lane goes on.
 */
public interface HoldQueue extends Intake, AutoCloseable {

  /** Begins to dispatch what is held. Called once. */
  void start(NextHops nextHops);

  /** Mail for these lanes may go now. Idempotent; when in doubt, say it. */
  void opened(Lanes lanes);

  /** Mail for these lanes may not go any more. What is open is not cut: the gate knows about it. */
  void shut(Lanes lanes);

  /** The mailbox of this lane lives on another pair now: lists and totals follow. */
  void relocated(String lane, String nextHop);

  /**
   * Totals. This and every question below is answered exactly, with all that was stored before it;
   * acts mean all that was stored before them.
   *
   * @throws NotYetKnownException not within {@link StoreSettings#exact}: ask again
   */
  QueueSummary summary();

  LaneSummary lane(String lane);

  /**
   * At most {@code limit} deliveries in the order of acceptance, beginning after the cursor of the
   * last one seen (null: the first).
   */
  List<QueueItem> list(QueueFilter filter, @Nullable String after, int limit);

  /** The deliveries left of one message; empty when there is none of that id. */
  List<QueueItem> message(String id);

  /** What happened to a held message so far, oldest first. */
  List<Attempt> history(String id);

  /** The message itself. */
  Optional<Content> content(String id);

  /**
   * Puts deliveries back to their lanes and makes them due now; parked ones too. Returns how many.
   */
  int retry(QueueFilter filter, String who);

  /** Sets deliveries aside for a person. Returns how many. */
  int park(QueueFilter filter, String who, String reason);

  /** Takes deliveries out of the queue for good, audited in the log. Returns how many. */
  int discard(QueueFilter filter, String who, String reason);

  /**
   * Gives one delivery another recipient; it joins that lane behind what waits there. Returns how
   * many.
   */
  int redirect(QueueFilter filter, Recipient to, String nextHop, String who);

  /** Why new mail is refused right now, in words; empty while it is not. */
  Optional<String> trouble();

  /** What is being released right now, and how; never older than about a second. */
  DispatchStatus dispatch();

  /**
   * Stops dispatching; waits for open attempts at most this long; what is still open then counts as
   * uncertain.
   */
  void stop(Duration patience);

  @Override
  void close();
}
