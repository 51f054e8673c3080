package org.holdfast.gateway.bounce;

/**
 * Header fields being written (RFC 5322 section 2.2). Whatever a value contains, it stays one
 * field: controls become {@code ?}, and lines are folded where there is a space.
 */
final class HeaderFields {

  /** Where a line should end (RFC 5322 section 2.1.1), in characters. */
  private static final int LINE = 78;

  /** Longest value in octets; the rest is cut off. A line must not have more than 998 octets. */
  static final int MOST_VALUE = 900;

  private final StringBuilder text = new StringBuilder();

  HeaderFields field(String name, String value) {
    text.append(name).append(": ");
    int column = name.length() + 2;
    for (String word : safe(value).split("(?= )", -1)) { // each but the first begins with its space
      if (word.startsWith(" ") && !word.isBlank() && column + word.length() > LINE) {
        text.append("\r\n");
        column = 0;
      }
      text.append(word);
      column += word.length();
    }
    text.append("\r\n");
    return this;
  }

  /** The empty line that ends a block of fields. */
  HeaderFields end() {
    text.append("\r\n");
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private static String safe(String value) {
    StringBuilder safe = new StringBuilder(Math.min(value.length(), MOST_VALUE));
    int left = MOST_VALUE;
    for (int c : value.strip().codePoints().toArray()) {
      int shown = Text.isSafe(c) ? c : '?';
      left -= octets(shown);
      if (left < 0) {
        break;
      }
      safe.appendCodePoint(shown);
    }
    return safe.toString();
  }

  /** In UTF-8. */
  private static int octets(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }
}
