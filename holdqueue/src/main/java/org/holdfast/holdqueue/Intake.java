package org.holdfast.holdqueue;

import java.util.List;
import java.util.Optional;

/** The door by which mail enters the queue. Thread-safe. */
public interface Intake {

  /** Most recipients of one message. */
  int MAX_RECIPIENTS = 4096;

  /**
   * Stores one message for these recipients and returns when it is on stable storage. From the
   * moment of the call {@link #hasBacklog} says true for their lanes, so that nothing overtakes.
   * Interrupting the caller does not undo it.
   *
   * @param recipients 1 to {@link #MAX_RECIPIENTS}
   * @throws StoreException nothing was acknowledged and nothing will be delivered: no room, or the
   *     disk failed
   */
  void store(Envelope envelope, Content content, List<Held> recipients) throws StoreException;

  /**
   * Is anything on its way through the queue for this lane, parked deliveries aside? No I/O; a few
   * hundred nanoseconds.
   */
  boolean hasBacklog(String lane);

  /**
   * Why {@link #store} would refuse a message with this many octets of content right now; empty
   * while it would not. No I/O.
   */
  Optional<StoreException.Cause> refusal(long octets);
}
