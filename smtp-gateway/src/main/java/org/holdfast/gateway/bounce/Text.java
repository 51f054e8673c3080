package org.holdfast.gateway.bounce;

/** What characters may stand in a notification. */
final class Text {

  /** RFC 5321 section 4.5.3.1.6, in octets. */
  private static final int MOST_LINE = 998;

  private Text() {}

  /** Neither a control nor a line end of any alphabet, nor half of a character. */
  static boolean isSafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.FORMAT ->
          false;
      default -> true;
    };
  }

  /** Lines that any server takes as 8-bit text: no NUL, no CR or LF but CRLF, none too long. */
  static boolean isLines(byte[] octets) {
    int lineStart = 0;
    for (int i = 0; i < octets.length; i++) {
      boolean crlf = octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n';
      boolean bare = octets[i] == 0 || octets[i] == '\n' || (octets[i] == '\r' && !crlf);
      if (bare || i - lineStart > MOST_LINE) {
        return false;
      }
      if (crlf) {
        lineStart = ++i + 1;
      }
    }
    return octets.length - lineStart <= MOST_LINE;
  }

  static boolean isAscii(byte[] octets) {
    for (byte octet : octets) {
      if (octet < 0) {
        return false;
      }
    }
    return true;
  }
}
