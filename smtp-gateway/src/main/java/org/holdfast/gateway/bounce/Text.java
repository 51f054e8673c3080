package org.holdfast.gateway.bounce;

/** What characters may stand in a notification. */
final class Text {

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

  static boolean isAscii(byte[] octets) {
    for (byte octet : octets) {
      if (octet < 0) {
        return false;
      }
    }
    return true;
  }
}
