package org.holdfast.gateway.path;

import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.routing.Location;
import org.holdfast.routing.Member;

/**
 * What has been found out about one recipient of a message by the time the sender wants its answer.
 */
sealed interface Fate {

  /** It has a permit; its attempt has not ended yet. Never left when the sender is answered. */
  record Pending() implements Fate {}

  /** A backend answered within the hand-off time. */
  record Answered(String pair, Member member, Answer answer) implements Fate {}

  /** The attempt is still open: the queue takes it over. */
  record StillOpen(String pair, Member member, CompletionStage<Answer> answer) implements Fate {}

  /** Nothing was tried; it is to wait in the queue. */
  record OnHold(String pair, String why) implements Fate {}

  /** The user went away or was closed between RCPT and the end of data. */
  record Gone(Location location) implements Fate {}
}
