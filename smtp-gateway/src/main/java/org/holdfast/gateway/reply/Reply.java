package org.holdfast.gateway.reply;

/**
 * One SMTP reply (RFC 5321 section 4.2) with its enhanced status code (RFC 3463).
 *
 * @param code 200 to 599
 * @param enhanced such as {@code 2.1.5}; empty where the reply bears none
 * @param text one line of printable text, no CR or LF
 */
public record Reply(int code, String enhanced, String text) {

  /** A 4xx: the sender keeps the mail and tries again. */
  public boolean temporary() {
    return code >= 400 && code < 500;
  }

  /** A 5xx. */
  public boolean permanent() {
    return code >= 500;
  }

  /** A 2xx. */
  public boolean positive() {
    return code >= 200 && code < 300;
  }

  /** As one line without the line end: {@code 250 2.1.5 text}. */
  public String line() {
    return enhanced.isEmpty() ? code + " " + text : code + " " + enhanced + " " + text;
  }
}
