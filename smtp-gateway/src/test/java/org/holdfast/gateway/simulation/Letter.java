package org.holdfast.gateway.simulation;

import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.reply.Reply;
import org.jspecify.annotations.Nullable;

/** One message for one recipient, and all that became of it. */
final class Letter {

  final String id;

  /** The mailbox; another one after a redirection. */
  String lane;

  /** A redirection to there failed half way: after a restart it may be true. */
  @Nullable String maybeLane;

  /** When its sender handed it over. */
  final long submitted;

  /** When its sender heard 250; negative: never. */
  long accepted = -1;

  @Nullable Reply reply;

  /** How many copies backends have. */
  int copies;

  /** How many further copies are excused, and why the last one. */
  int repeats;

  String cause = "";

  /** It stepped out of its lane at some time: parked, redirected, discarded. */
  boolean setAside;

  /** A person threw it away, or its sender was told. */
  boolean gone;

  /** That its delivery is over is on stable storage. */
  boolean overForGood;

  /** A backend said that there is no such user. */
  boolean notBelieved;

  /** The queue has it: an attempt of the door's that is open is the queue's. */
  boolean queued;

  /** Permanent words about its mailbox or message that its sender may hear. */
  final List<String> refusals = new ArrayList<>();

  Letter(String id, String lane, long submitted) {
    this.id = id;
    this.lane = lane;
    this.submitted = submitted;
  }

  boolean isAccepted() {
    return accepted >= 0;
  }

  void mayComeAgain(String why) {
    repeats++;
    cause = why;
  }

  @Override
  public String toString() {
    return "%s (%s)".formatted(id, lane);
  }
}
