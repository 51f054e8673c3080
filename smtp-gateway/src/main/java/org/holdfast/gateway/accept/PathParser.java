package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;

/**
 * Reads the path of MAIL and RCPT (RFC 5321 section 4.1.2, RFC 6531 section 3.3). Source routes are
 * read over and dropped (RFC 5321 appendix C). Nothing is normalised: the mailbox is as the client
 * spelt it.
 */
final class PathParser {

  /** RFC 1035 section 2.3.4. */
  private static final int LABEL = 63;

  private static final String ATOM = "!#$%&'*+-/=?^_`{|}~";

  private final String text;
  private int at;
  private boolean international;

  /** Reads from the given place, which should be the opening bracket. */
  PathParser(String text, int from) {
    this.text = text;
    this.at = from;
  }

  /** Place after what has been read. */
  int at() {
    return at;
  }

  /** The mailbox holds characters that need SMTPUTF8. */
  boolean international() {
    return international;
  }

  /** A path in angle brackets; null if it is none. Empty for the null reverse-path. */
  @org.jspecify.annotations.Nullable
  String path() {
    if (!take('<')) {
      return null;
    }
    if (take('>')) {
      return "";
    }
    boolean routed = peek() == '@';
    if (routed && !sourceRoute()) {
      return null;
    }
    int start = at;
    boolean good = localPart() && ((peek() == '>' && !routed) || (take('@') && domainOrLiteral()));
    String mailbox = text.substring(start, at);
    return good && take('>') && fits(mailbox) ? mailbox : null;
  }

  private static boolean fits(String mailbox) {
    return mailbox.length() <= Limits.ADDRESS
        && mailbox.getBytes(StandardCharsets.UTF_8).length <= Limits.ADDRESS;
  }

  private boolean sourceRoute() {
    do {
      if (!take('@') || !domain()) {
        return false;
      }
    } while (take(','));
    return take(':');
  }

  private boolean localPart() {
    return peek() == '"' ? quoted() : dotted();
  }

  private boolean dotted() {
    do {
      if (!atom()) {
        return false;
      }
    } while (take('.'));
    return true;
  }

  private boolean atom() {
    int start = at;
    while (at < text.length() && isAtom(text.charAt(at))) {
      at++;
    }
    return at > start;
  }

  private boolean isAtom(char c) {
    return isLetterOrDigit(c) || ATOM.indexOf(c) >= 0;
  }

  private boolean isLetterOrDigit(char c) {
    if (c > '~') {
      international = true;
      return c > '\u009f';
    }
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private boolean quoted() {
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return true;
      }
      if (c == '\\' && !quotedPair()) {
        return false;
      }
      if (!isQuotable(c)) {
        return false;
      }
    }
    return false;
  }

  /** ASCII only: RFC 6531 section 3.3 adds nothing here. */
  private boolean quotedPair() {
    boolean good = peek() >= ' ' && peek() <= '~';
    at += good ? 1 : 0;
    return good;
  }

  private boolean isQuotable(char c) {
    if (c > '~') {
      international = true;
      return c > '\u009f';
    }
    return c >= ' ';
  }

  private boolean domainOrLiteral() {
    return peek() == '[' ? literal() : domain();
  }

  private boolean domain() {
    int start = at;
    do {
      if (!label()) {
        return false;
      }
    } while (take('.'));
    return at - start <= Limits.DOMAIN;
  }

  /** The underscore is forbidden, and used; it hurts nobody here. */
  private boolean label() {
    int start = at;
    while (at < text.length() && isLabel(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at > start
        && at - start <= LABEL
        && text.charAt(start) != '-'
        && text.charAt(at - 1) != '-';
  }

  private boolean isLabel(int c) {
    if (c > '~') {
      international = true;
      return mayBeInULabel(c);
    }
    return isLetterOrDigit((char) c) || c == '-' || c == '_';
  }

  /**
   * RFC 6531 wants U-labels (RFC 5890): {@code routing.Address} decides what is one. What never is
   * goes no further than here, above all what does not show or turns text around; but for the two
   * joiners.
   */
  private static boolean mayBeInULabel(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      case Character.FORMAT -> c == '\u200c' || c == '\u200d';
      default -> true;
    };
  }

  private boolean literal() {
    int end = text.indexOf(']', at);
    if (end < 0) {
      return false;
    }
    String inside = text.substring(at + 1, end);
    at = end + 1;
    return AddressLiteral.isGood(inside);
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private boolean take(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }
}
