package org.holdfast.gateway.log;

/**
 * Writes text of strangers so that it stays on its line and shows what it is: control characters,
 * line and paragraph separators, what turns the direction of writing or is invisible, and spaces
 * other than the plain one become {@code \\u2028} and the like, which JSON understands too.
 */
final class SafeText {

  private static final String HEX = "0123456789abcdef";

  private SafeText() {}

  /**
   * Appends the text.
   *
   * @param special further ASCII characters to be written that way
   */
  static void append(StringBuilder line, String text, String special) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ascii = c >= ' ' && c < 127;
      if (ascii ? special.indexOf(c) < 0 : isVisible(text, i)) {
        line.append(c);
      } else {
        escape(line, c);
      }
    }
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
