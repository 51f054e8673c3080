package org.holdfast.holdqueue;

/**
 * How one attempt to deliver ended. {@code reply} is what the next hop said, or our own words for
 * what happened; one line.
 */
public sealed interface Outcome {

  String reply();

  /** The next hop has it: 2xx after the end of data. */
  record Delivered(String reply) implements Outcome {}

  /**
   * Not now. The delivery stays at the head of its lane and is tried again.
   *
   * @param scope what the trouble is likely to hit again: this lane only, or everything for the
   *     next hop
   */
  record Deferred(Scope scope, String reply) implements Outcome {}

  /**
   * The connection was lost after the end of data: it may have been delivered. Tried again with the
   * same id.
   */
  record Uncertain(String reply) implements Outcome {}

  /**
   * The next hop refused it for good, or is not believed: it waits for a person as {@code parked},
   * the lane goes on.
   */
  record Refused(String reply) implements Outcome {}

  /**
   * The next hop refused it for good, and its sender has been told: it leaves the queue. Said only
   * when what tells the sender is on stable storage.
   */
  record Returned(String reply) implements Outcome {}

  /**
   * The gate was shut when the attempt was about to begin: nothing was sent, nothing is counted.
   */
  record Shut(String reply) implements Outcome {}

  /** What a {@link Deferred} is about. */
  enum Scope {
    LANE,
    NEXT_HOP
  }
}
