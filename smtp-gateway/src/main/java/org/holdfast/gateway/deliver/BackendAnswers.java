package org.holdfast.gateway.deliver;

import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;

/**
 * The one table that says whose trouble a backend's reply is; {@code docs/backend-answers.md} is
 * the same table for people. First the basic codes that are about the connection, whatever else the
 * reply says; then the enhanced code (RFC 3463); then the basic code.
 *
 * <p>When in doubt it is ours: then the mail waits, nobody is told "no", and nothing is lost.
 */
public final class BackendAnswers {

  private BackendAnswers() {}

  /** Sorts a final reply of a backend for one recipient: 2xx after the end of data, 4xx or 5xx. */
  public static Answer classify(Reply reply) {
    if (reply.positive()) {
      return new Answer.Delivered(reply);
    }
    return switch (reply.code()) {
      case 421, 454, 530, 534, 535, 538 -> new Answer.OurTrouble(true, reply);
      default -> reply.enhanced().isEmpty() ? byCode(reply) : bySubject(reply);
    };
  }

  private static Answer bySubject(Reply reply) {
    return switch (subject(reply.enhanced())) {
      case 0 -> byCode(reply);
      case 1 -> notBelieved(reply);
      case 2, 6, 7 -> new Answer.MailboxTrouble(reply);
      case 3 -> system(reply);
      default -> new Answer.OurTrouble(false, reply);
    };
  }

  private static Answer byCode(Reply reply) {
    return switch (reply.code()) {
      case 452, 552 -> new Answer.MailboxTrouble(reply);
      case 550, 551, 553 -> new Answer.NotBelieved(reply);
      default -> new Answer.OurTrouble(false, reply);
    };
  }

  /** x.3.x: mail system. Only "full" and "not accepting" are surely about everybody. */
  private static Answer system(Reply reply) {
    if (reply.enhanced().equals("5.3.5") && reply.code() == 550) {
      // Dovecot's proxy says so for a user without a host: its map lags behind ours.
      return new Answer.NotBelieved(reply);
    }
    boolean everybody = reply.enhanced().endsWith(".3.1") || reply.enhanced().endsWith(".3.2");
    return new Answer.OurTrouble(everybody, reply);
  }

  /** Not believed means parked, and a 4xx is never made permanent. */
  private static Answer notBelieved(Reply reply) {
    return reply.temporary() ? new Answer.OurTrouble(false, reply) : new Answer.NotBelieved(reply);
  }

  private static int subject(String enhanced) {
    int dot = enhanced.indexOf('.', 2);
    return dot == 3 ? enhanced.charAt(2) - '0' : -1;
  }
}
