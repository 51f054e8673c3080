package org.holdfast.gateway.simulation;

import java.util.List;
import org.holdfast.gateway.deliver.Transaction.Origin;

/** A transaction with a backend. */
final class Open {

  final String member;
  final List<Letter> letters;

  /** The mailboxes they are for: a person may have redirected a letter meanwhile. */
  final List<String> lanes;

  final Origin origin;

  final long begun;

  /**
   * The line in which the dispatcher counts it. A user who was moved between the dispatcher's
   * decision and the gate's is counted where he was.
   */
  String line = "";

  /** The backend has all of it, up to the final dot. */
  boolean complete;

  /** The gateway has its answers, or is dead. */
  boolean over;

  Open(String member, List<Letter> letters, List<String> lanes, Origin origin, long begun) {
    this.begun = begun;
    this.member = member;
    this.letters = letters;
    this.lanes = lanes;
    this.origin = origin;
  }

  String pair() {
    return Users.pairOf(member);
  }

  boolean isFor(String lane) {
    return lanes.contains(lane);
  }

  /** It is for this mailbox, and the queue answers for it. */
  boolean isTheQueuesFor(String lane) {
    int i = lanes.indexOf(lane);
    return i >= 0 && (origin == Origin.QUEUE || letters.get(i).queued);
  }

  @Override
  public String toString() {
    return "%s %s for %s to %s".formatted(origin, letters, lanes, member);
  }
}
