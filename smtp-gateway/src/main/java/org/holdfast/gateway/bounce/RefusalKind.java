package org.holdfast.gateway.bounce;

import org.holdfast.gateway.reply.Reply;

/**
 * What a backend's refusal for good is about: the subject of its enhanced code (RFC 3463 section
 * 3), or its basic code where it bears none.
 */
public enum RefusalKind {
  /** x.2.x, and 552: over quota, disabled. Often mends when somebody looks after the mailbox. */
  MAILBOX,
  /** x.6.x: what the message is made of. */
  CONTENT,
  /** x.7.x: a rule of the site. */
  POLICY,
  /** Anything else, and what rather tells of us: never the sender's business. */
  OTHER;

  /** Sorts a 5xx that speaks of the mailbox or the message. */
  public static RefusalKind of(Reply reply) {
    String code = reply.enhanced();
    if (code.isEmpty() || code.startsWith("5.0.")) {
      return reply.code() == 552 ? MAILBOX : OTHER;
    }
    if (code.startsWith("5.2.")) {
      return MAILBOX;
    }
    if (code.startsWith("5.6.")) {
      return internationalization(code) ? OTHER : CONTENT;
    }
    return code.startsWith("5.7.") ? POLICY : OTHER;
  }

  /**
   * 5.6.7 to 5.6.10 (RFC 6531 section 3.5): our backend, or what stands before it, can't take what
   * we had promised to take. That mends when the backend does, and is our trouble until then.
   */
  private static boolean internationalization(String code) {
    return switch (code) {
      case "5.6.7", "5.6.8", "5.6.9", "5.6.10" -> true;
      default -> false;
    };
  }
}
