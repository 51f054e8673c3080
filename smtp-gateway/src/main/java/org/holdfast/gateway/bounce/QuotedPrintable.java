package org.holdfast.gateway.bounce;

import java.io.ByteArrayOutputStream;

/** Text with CRLF line ends as quoted-printable (RFC 2045 section 6.7): ASCII, short lines. */
final class QuotedPrintable {

  /** Longest line, the soft line break included. */
  private static final int LINE = 76;

  private static final String HEX = "0123456789ABCDEF";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int column;

  private QuotedPrintable() {}

  static byte[] encode(byte[] text) {
    QuotedPrintable encoded = new QuotedPrintable();
    for (int i = 0; i < text.length; i++) {
      if (isLineEnd(text, i)) {
        encoded.lineEnd();
        i++;
      } else {
        encoded.octet(text[i] & 0xff, i + 1 == text.length || isLineEnd(text, i + 1));
      }
    }
    return encoded.out.toByteArray();
  }

  private static boolean isLineEnd(byte[] text, int i) {
    return text[i] == '\r' && i + 1 < text.length && text[i + 1] == '\n';
  }

  private void lineEnd() {
    out.write('\r');
    out.write('\n');
    column = 0;
  }

  private void octet(int c, boolean last) {
    boolean plain = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !last);
    int width = plain ? 1 : 3;
    if (column + width > LINE - 1) {
      out.write('=');
      lineEnd();
    }
    if (plain) {
      out.write(c);
    } else {
      out.write('=');
      out.write(HEX.charAt(c >> 4));
      out.write(HEX.charAt(c & 15));
    }
    column += width;
  }
}
