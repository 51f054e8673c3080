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

  private static final int BAD_SENDER_SYNTAX = 7;
  private static final int BAD_SENDER_SYSTEM = 8;
  private static final int DISABLED = 1;
  private static final int LIST_EXPANSION = 4;
  private static final int NO_ANSWER = 1;
  private static final int NO_SUCH_SECURITY = 4;
  private static final int NO_TRUST = 14;
  private static final int CLIENTS_NAME = 25;
  private static final int FLOOD = 28;

  private BackendAnswers() {}

  /** Sorts a final reply of a backend for one recipient: 2xx after the end of data, 4xx or 5xx. */
  public static Answer classify(Reply reply) {
    if (reply.positive()) {
      return new Answer.Delivered(reply);
    }
    return switch (reply.code()) {
      case 421, 432, 454, 521, 530, 534, 535, 538 -> new Answer.OurTrouble(true, reply);
      default -> reply.enhanced().isEmpty() ? byCode(reply) : bySubject(reply);
    };
  }

  private static Answer bySubject(Reply reply) {
    return switch (subject(reply.enhanced())) {
      case 0 -> byCode(reply);
      case 1 -> address(reply);
      case 2 -> mailbox(reply);
      case 3 -> system(reply);
      case 4 -> network(reply);
      case 6 -> new Answer.MailboxTrouble(reply);
      case 7 -> policy(reply);
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

  /** x.1.x: addresses. The map knows the recipient; of the sender's the backend may judge. */
  private static Answer address(Reply reply) {
    return switch (detail(reply)) {
      case BAD_SENDER_SYNTAX, BAD_SENDER_SYSTEM -> new Answer.MailboxTrouble(reply);
      default -> notBelieved(reply);
    };
  }

  /**
   * x.2.x: the mailbox. Full, disabled or too small for this message is the sender's business. That
   * it is elsewhere, closed for the moment or cannot be written to is the house's.
   */
  private static Answer mailbox(Reply reply) {
    boolean senders =
        switch (detail(reply)) {
          case 0 -> reply.code() == 552; // Dovecot: the recipient's Sieve script rejects
          case DISABLED -> reply.permanent();
          case LIST_EXPANSION -> false;
          default -> true;
        };
    return senders ? new Answer.MailboxTrouble(reply) : notBelieved(reply);
  }

  /** x.4.x: the way there, but for Exchange, which says 550 5.4.1 of a user it does not know. */
  private static Answer network(Reply reply) {
    boolean unknown = reply.code() == 550 && detail(reply) == NO_ANSWER;
    return unknown ? new Answer.NotBelieved(reply) : new Answer.OurTrouble(false, reply);
  }

  /**
   * x.7.x: policy, but for what is about the client, which is us (RFC 5248): login and encryption
   * of its connection, its name, its number of messages.
   */
  private static Answer policy(Reply reply) {
    return switch (detail(reply)) {
      case 8, 9, 10, 11, 12 -> new Answer.OurTrouble(true, reply);
      case NO_SUCH_SECURITY, NO_TRUST, CLIENTS_NAME, FLOOD -> new Answer.OurTrouble(false, reply);
      default -> new Answer.MailboxTrouble(reply);
    };
  }

  /** Not believed means parked, and a 4xx is never made permanent. */
  private static Answer notBelieved(Reply reply) {
    return reply.temporary() ? new Answer.OurTrouble(false, reply) : new Answer.NotBelieved(reply);
  }

  /** The last number of the enhanced code. */
  private static int detail(Reply reply) {
    String enhanced = reply.enhanced();
    return Integer.parseInt(enhanced.substring(enhanced.lastIndexOf('.') + 1));
  }

  private static int subject(String enhanced) {
    int dot = enhanced.indexOf('.', 2);
    return dot == 3 ? enhanced.charAt(2) - '0' : -1;
  }
}
