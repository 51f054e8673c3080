package org.holdfast.holdqueue;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
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

  /** How many deliveries a filter means; counted by the tables, whatever their number. */
  long count(QueueFilter filter);

  /** What waits in each of these lanes, parked mail left out; lanes with nothing are left out. */
  List<LaneSummary> waiting(Collection<String> lanes);

  /**
   * Does this to all deliveries that the filter means and that were stored before the call, in the
   * order of acceptance, some at a time: memory does not grow with their number. What was done to
   * some is on stable storage before the next are begun; should it end in the middle, it can be run
   * again and goes on with the rest.
   *
   * @param soFar told after each step how many it is about so far
   * @return how many it was about
   */
  long act(QueueFilter filter, QueueAction action, LongConsumer soFar);

  /** {@link QueueAction.Retry}; how many. */
  default int retry(QueueFilter filter, String who) {
    return (int) act(filter, new QueueAction.Retry(who), _ -> {});
  }

  /** {@link QueueAction.Park}; how many. */
  default int park(QueueFilter filter, String who, String reason) {
    return (int) act(filter, new QueueAction.Park(who, reason), _ -> {});
  }

  /** {@link QueueAction.Discard}; how many. */
  default int discard(QueueFilter filter, String who, String reason) {
    return (int) act(filter, new QueueAction.Discard(who, reason), _ -> {});
  }

  /** {@link QueueAction.Redirect}; how many. */
  default int redirect(QueueFilter filter, Recipient to, String nextHop, String who) {
    return (int) act(filter, new QueueAction.Redirect(who, to, nextHop), _ -> {});
  }

  /** Why new mail is refused right now, in words; empty while it is not. */
  Optional<String> trouble();

  /** What is being released right now, and how; never older than about a second. */
  DispatchStatus dispatch();

  /** The same as of now, if that can be told within this time. */
  default DispatchStatus dispatch(Duration patience) {
    return dispatch();
  }

  /**
   * Stops dispatching; waits for open attempts at most this long; what is still open then counts as
   * uncertain.
   */
  void stop(Duration patience);

  @Override
  void close();
}
