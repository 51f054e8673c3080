package org.holdfast.gateway.path;

import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a backend's answer means for mail that the queue owns. The answers themselves are classified
 * in {@code deliver}.
 */
final class Answers {

  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  /**
   * Permanent words about a mailbox or a message, and words not believed, need a person: the mail
   * was accepted, so no sender can be told. Everything else is tried again.
   */
  static Outcome outcome(Answer answer) {
    String reply = answer.reply().line();
    return switch (answer) {
      case Answer.Delivered d -> new Outcome.Delivered(reply);
      case Answer.MailboxTrouble m when m.reply().permanent() -> new Outcome.Refused(reply);
      case Answer.MailboxTrouble m -> new Outcome.Deferred(Outcome.Scope.LANE, reply);
      case Answer.OurTrouble o ->
          new Outcome.Deferred(
              o.wholeMember() ? Outcome.Scope.NEXT_HOP : Outcome.Scope.LANE, reply);
      case Answer.NotBelieved n -> new Outcome.Refused(reply);
      case Answer.Uncertain u -> new Outcome.Uncertain(reply);
    };
  }

  /**
   * How a delivery enters the queue after its hand-off ended this way. When its member is away it
   * waits its turn like all the others: the queue finds out with single probes when the member is
   * back, and a wait of its own would keep this one for longer.
   */
  static Held.Entry entry(Answer answer) {
    return switch (outcome(answer)) {
      case Outcome.Refused _ -> Held.Entry.PARKED;
      case Outcome.Deferred d when d.scope() == Outcome.Scope.NEXT_HOP -> Held.Entry.WAITING;
      default -> Held.Entry.DEFERRED;
    };
  }

  /** A defect of ours: never the sender's or the backend's fault, so it is tried again. */
  static Answer attemptBroke(Throwable failure) {
    log.error("an attempt broke off by a defect of the gateway", failure);
    return new Answer.Uncertain(new Reply(451, "4.3.0", "Internal trouble during the attempt"));
  }
}
