package org.holdfast.gateway.accept;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;

/**
 * Reads the path of MAIL and RCPT (RFC 5321 section 4.1.2, RFC 6531 section 3.3). Source routes are
 * read over and dropped (RFC 5321 appendix C). Nothing is normalised: the mailbox is as the client
 * spelt it.
 */
final class PathParser {

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
    if (peek() == '@' && !sourceRoute()) {
      return null;
    }
    int start = at;
    boolean good = localPart() && (peek() == '>' || (take('@') && domainOrLiteral()));
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
      if (c == '\\' && (at == text.length() || !isQuotable(text.charAt(at++)))) {
        return false;
      }
      if (!isQuotable(c)) {
        return false;
      }
    }
    return false;
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
    while (at < text.length() && isLabel(text.charAt(at))) {
      at++;
    }
    return at > start && text.charAt(start) != '-' && text.charAt(at - 1) != '-';
  }

  private boolean isLabel(char c) {
    return isLetterOrDigit(c) || c == '-' || c == '_';
  }

  private boolean literal() {
    int end = text.indexOf(']', at);
    if (end < 0) {
      return false;
    }
    String inside = text.substring(at + 1, end);
    at = end + 1;
    return isAddress(inside);
  }

  private static boolean isAddress(String inside) {
    if (inside.regionMatches(true, 0, "IPv6:", 0, 5)) {
      return inside.indexOf('%') < 0
          && inside.indexOf('[') < 0
          && NetUtil.isValidIpV6Address(inside.substring(5));
    }
    return NetUtil.isValidIpV4Address(inside);
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
