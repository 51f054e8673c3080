package org.holdfast.gateway.content;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A Content-Type as far as it matters here (RFC 2045 section 5.1).
 *
 * @param name {@code type/subtype} in lower case, or whatever stands there
 * @param boundary of a multipart; null for none that could be one
 */
record ContentType(String name, @Nullable String boundary) {

  /** RFC 2046 section 5.1.1 says 70. */
  private static final int MOST_BOUNDARY = 100;

  static final ContentType TEXT = new ContentType("text/plain", null);
  private static final ContentType MESSAGE = new ContentType("message/rfc822", null);

  boolean is(String other) {
    return name.equals(other);
  }

  /** What a part without a type is (RFC 2046 section 5.1.5). */
  ContentType usualPart() {
    return is("multipart/digest") ? MESSAGE : TEXT;
  }

  static ContentType parse(String value) {
    Scanner scanner = new Scanner(value);
    String name = scanner.until(";").toLowerCase(Locale.ROOT);
    String boundary = null;
    while (scanner.more() && boundary == null) {
      String attribute = scanner.until("=;");
      if (scanner.passed('=')) {
        String parameter = scanner.until(";");
        boundary = attribute.equalsIgnoreCase("boundary") ? parameter : null;
      }
    }
    return new ContentType(name, usable(boundary) ? boundary : null);
  }

  private static boolean usable(@Nullable String boundary) {
    return boundary != null && !boundary.isEmpty() && boundary.length() <= MOST_BOUNDARY;
  }

  /** Cuts the text at separators that stand in no comment and no quoted string. */
  private static final class Scanner {

    private final String text;
    private int at;

    Scanner(String text) {
      this.text = text;
    }

    boolean more() {
      return at < text.length();
    }

    /** The separator passed last was this. */
    boolean passed(char separator) {
      return at > 0 && text.charAt(at - 1) == separator;
    }

    /** What stands before the next of these: spaces, comments and quotes taken away. */
    String until(String separators) {
      StringBuilder word = new StringBuilder();
      boolean quoted = false;
      int comments = 0;
      while (more()) {
        char c = text.charAt(at++);
        if (c == '\\' && (quoted || comments > 0)) {
          if (more()) {
            char escaped = text.charAt(at++);
            word.append(quoted ? String.valueOf(escaped) : "");
          }
        } else if (c == '"' && comments == 0) {
          quoted = !quoted;
        } else if (quoted) {
          word.append(c);
        } else if (c == '(') {
          comments++;
        } else if (c == ')' && comments > 0) {
          comments--;
        } else if (comments == 0 && separators.indexOf(c) >= 0) {
          return word.toString();
        } else if (comments == 0 && c > ' ') {
          word.append(c);
        }
      }
      return word.toString();
    }
  }
}
