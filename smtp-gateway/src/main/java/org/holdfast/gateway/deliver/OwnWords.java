package org.holdfast.gateway.deliver;

import org.holdfast.gateway.reply.Reply;

/**
 * Replies of our own for what no backend said. For logs and operators: those about a connection are
 * {@code OurTrouble} or {@code Uncertain} and never reach a sender.
 */
final class OwnWords {

  static final Reply NOT_UTF8_CAPABLE =
      new Reply(550, "5.6.7", "The mailbox server can't take internationalized mail");
  static final Reply HEADER_NOT_UTF8_CAPABLE =
      new Reply(550, "5.6.9", "The mailbox server can't take an internationalized header");
  static final Reply BAD_RECIPIENT = new Reply(553, "5.1.3", "Bad recipient address syntax");
  static final Reply BAD_SENDER = new Reply(553, "5.1.7", "Bad sender address syntax");
  static final Reply TOO_MANY_WAITING =
      new Reply(451, "4.3.2", "too many transactions wait for this backend");
  static final Reply CLOSED = new Reply(451, "4.3.2", "the gateway is stopping");

  private OwnWords() {}

  /** Connection trouble (RFC 3463: x.4.2, bad connection). */
  static Reply connection(String what) {
    return new Reply(451, "4.4.2", printable(what));
  }

  /** The backend gave no answer (RFC 3463: x.4.1, no answer from host). */
  static Reply noAnswer(String what) {
    return new Reply(451, "4.4.1", printable(what));
  }

  /** The backend can't take such content, and it can't be converted (RFC 3463: x.6.3). */
  static Reply notConvertible(String why) {
    return new Reply(554, "5.6.3", "Conversion required but not supported: " + why);
  }

  /** The message could not be read on our side. */
  static Reply unreadable(String what) {
    return new Reply(451, "4.3.0", printable(what));
  }

  private static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < Math.min(text.length(), BackendReply.MAX_TEXT); i++) {
      char c = text.charAt(i);
      clean.append(c >= ' ' && c < 127 ? c : '?');
    }
    return clean.toString();
  }
}
