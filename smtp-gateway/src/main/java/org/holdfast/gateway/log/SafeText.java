package org.holdfast.gateway.log;

/**
 * Writes text of strangers so that it stays on its line and shows what it is: control characters,
 * line and paragraph separators, what turns the direction of writing or is invisible, and spaces
 * other than the plain one become {@code \\u2028} and the like, which JSON understands too.
 */
final class SafeText {

  private static final String HEX = "0123456789abcdef";

  private SafeText() {}

  /** The ASCII characters that stay as they are; all printable ones but some. */
  static boolean[] plain(String special) {
    boolean[] plain = new boolean[128];
    for (char c = ' '; c < 127; c++) {
      plain[c] = special.indexOf(c) < 0;
    }
    return plain;
  }

  /**
   * Appends the text. Nearly all text is plain, so that is what is quick.
   *
   * @param plain from {@link #plain}
   */
  static void append(StringBuilder line, String text, boolean[] plain) {
    int i = 0;
    while (i < text.length() && isPlain(text.charAt(i), plain)) {
      i++;
    }
    line.append(text, 0, i);
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isPlain(c, plain) || (c > 127 && isVisible(text, i))) {
        line.append(c);
      } else {
        escape(line, c);
      }
    }
  }

  private static boolean isPlain(char c, boolean[] plain) {
    return c < 128 && plain[c];
  }

  static void escape(StringBuilder line, char c) {
    line.append("\\u")
        .append(HEX.charAt(c >>> 12))
        .append(HEX.charAt((c >>> 8) & 15))
        .append(HEX.charAt((c >>> 4) & 15))
        .append(HEX.charAt(c & 15));
  }

  private static boolean isVisible(String text, int i) {
    char c = text.charAt(i);
    int codePoint = c;
    if (Character.isHighSurrogate(c)) {
      codePoint = text.codePointAt(i);
    } else if (Character.isLowSurrogate(c) && i > 0) {
      codePoint = text.codePointBefore(i + 1);
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
