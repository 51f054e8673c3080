package org.holdfast.holdqueue.index;

import org.holdfast.holdqueue.Delivery;

/** Learns from the index's thread what came in since the queue was opened. Quick, never throws. */
public interface Listener {

  /** About to become visible. */
  void arriving(Delivery delivery);

  /** Visible now, for each delivery. */
  void arrived(Delivery delivery, MessageRecord.Part part);

  /**
   * A person put something back into this lane, or redirected it there, and it is visible now: who
   * acted may have gone before it was.
   */
  void reappeared(String lane);

  /** A segment of the log has become useless. */
  void useless(long segment);
}
