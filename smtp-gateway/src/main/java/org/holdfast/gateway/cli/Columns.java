package org.holdfast.gateway.cli;

import org.jline.utils.WCWidth;

/** How many columns of a terminal a text takes: Chinese letters take two, accents none. */
final class Columns {

  private static final String CUT = "…";

  private Columns() {}

  /** Of the whole text, which has no control characters. */
  static int of(String text) {
    return isAscii(text) ? text.length() : wide(text);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static int wide(String text) {
    return text.codePoints().map(Columns::of).sum();
  }

  private static int of(int letter) {
    return Math.max(0, WCWidth.wcwidth(letter));
  }

  /** The text, or as much of its beginning as fits into so many columns with … at the end. */
  static String cut(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int used = 0;
    int i = 0;
    while (i < text.length() && used + of(text.codePointAt(i)) < columns) {
      used += of(text.codePointAt(i));
      kept.appendCodePoint(text.codePointAt(i));
      i += Character.charCount(text.codePointAt(i));
    }
    return columns < 1 ? "" : kept.append(CUT).toString();
  }

  /** The text, cut or filled with blanks to exactly so many columns. */
  static String fill(String text, int columns) {
    String shown = cut(text, columns);
    return shown + " ".repeat(Math.max(0, columns - of(shown)));
  }
}
