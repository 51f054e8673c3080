package org.holdfast.gateway.bounce;

import java.util.HexFormat;
import java.util.Optional;

/** The encoding of ENVID and ORCPT (RFC 3461 section 4): {@code +HH} stands for one octet. */
final class Xtext {

  private Xtext() {}

  /**
   * What was encoded; empty when it is not xtext, or decodes to something other than printable
   * ASCII, which has no place in a header.
   */
  static Optional<String> decode(String xtext) {
    StringBuilder text = new StringBuilder(xtext.length());
    int i = 0;
    while (i < xtext.length()) {
      char c = xtext.charAt(i++);
      if (c == '+') {
        if (i + 2 > xtext.length() || !isHex(xtext.charAt(i)) || !isHex(xtext.charAt(i + 1))) {
          return Optional.empty();
        }
        c = (char) HexFormat.fromHexDigits(xtext, i, i + 2);
        i += 2;
      }
      if (c < ' ' || c > '~') {
        return Optional.empty();
      }
      text.append(c);
    }
    return Optional.of(text.toString());
  }

  private static boolean isHex(char c) {
    return HexFormat.isHexDigit(c);
  }
}
