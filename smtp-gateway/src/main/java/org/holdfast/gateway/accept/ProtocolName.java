package org.holdfast.gateway.accept;

/** The registered names of mail protocols, for "with" in {@code Received:} and for log lines. */
final class ProtocolName {

  private ProtocolName() {}

  /**
   * The name (RFC 3848, and RFC 6531 section 4.3 for internationalized mail).
   *
   * @param extended the client said EHLO; what follows HELO is SMTP, encrypted or not
   */
  static String of(
      Dialect dialect,
      boolean extended,
      boolean international,
      boolean encrypted,
      boolean loggedIn) {
    if (dialect == Dialect.SMTP && !extended) {
      return "SMTP";
    }
    String base =
        dialect == Dialect.LMTP
            ? (international ? "UTF8LMTP" : "LMTP")
            : (international ? "UTF8SMTP" : "ESMTP");
    if (!encrypted && !loggedIn) {
      return base;
    }
    return base + (encrypted ? "S" : "") + (loggedIn ? "A" : "");
  }
}
