package org.holdfast.gateway.bounce;

/** What happened to a message for one recipient (RFC 3464 section 2.3.3). */
public enum Action {
  /** A backend refused it for good. */
  FAILED("failed", "Undelivered mail returned to sender"),
  /** A backend that tells nobody itself has taken it; LMTP's 250 is the mailbox's. */
  DELIVERED("delivered", "Mail delivered"),
  /** It is kept, and goes on when it can. */
  DELAYED("delayed", "Mail delayed, nothing to be done");

  private final String value;
  private final String subject;

  Action(String value, String subject) {
    this.value = value;
    this.subject = subject;
  }

  /** The word that RFC 3464 has for it. */
  public String value() {
    return value;
  }

  String subject() {
    return subject;
  }

  /** The code where the reply bears none (RFC 3463 section 2). */
  String status() {
    return switch (this) {
      case FAILED -> "5.0.0";
      case DELIVERED -> "2.0.0";
      case DELAYED -> "4.0.0";
    };
  }
}
