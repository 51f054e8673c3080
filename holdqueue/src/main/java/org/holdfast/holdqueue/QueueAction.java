package org.holdfast.holdqueue;

/** What a person does to deliveries; {@code who} did it stands in the log with each of them. */
public sealed interface QueueAction {

  /** Who does it. */
  String who();

  /** Of the deliveries that a filter means, those that the action changes anything about. */
  default QueueFilter concerned(QueueFilter filter) {
    return filter;
  }

  /** Puts them back to their lanes and makes them due now; parked ones too. */
  record Retry(String who) implements QueueAction {}

  /** Sets them aside for a person; their lanes go on. */
  record Park(String who, String reason) implements QueueAction {}

  /** Takes them out of the queue for good. */
  record Discard(String who, String reason) implements QueueAction {}

  /**
   * Gives them another recipient: each joins that lane behind what waits there, one behind the
   * other in the order of acceptance. What goes there already stays where it is, so that an action
   * that broke off in the middle may be run again.
   */
  record Redirect(String who, Recipient to, String nextHop) implements QueueAction {

    @Override
    public QueueFilter concerned(QueueFilter filter) {
      return filter.notTo(to);
    }
  }
}
