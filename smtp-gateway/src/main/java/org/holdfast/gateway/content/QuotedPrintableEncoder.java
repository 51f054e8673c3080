package org.holdfast.gateway.content;

import java.io.ByteArrayOutputStream;

/** Quoted-printable (RFC 2045 section 6.7): the lines stay, each as one or several short ones. */
final class QuotedPrintableEncoder implements BodyEncoder {

  /** Longest line, the soft line break included. */
  private static final int LINE = 76;

  private static final int NONE = -1;
  private static final String HEX = "0123456789ABCDEF";

  private final ByteArrayOutputStream out;
  private int column;

  /** A space or tab that may end its line: then it must be encoded. */
  private int blank = NONE;

  QuotedPrintableEncoder(ByteArrayOutputStream out) {
    this.out = out;
  }

  @Override
  public void octets(byte[] octets, int from, int to) {
    for (int i = from; i < to; i++) {
      int octet = octets[i] & 0xff;
      if (blank != NONE) {
        plain(blank);
        blank = NONE;
      }
      if (octet == ' ' || octet == '\t') {
        blank = octet;
      } else if (octet > ' ' && octet <= '~' && octet != '=') {
        plain(octet);
      } else {
        encoded(octet);
      }
    }
  }

  @Override
  public void lineEnd() {
    endBlank();
    newLine();
  }

  @Override
  public void end(boolean closeLine) {
    endBlank();
    if (closeLine && column > 0) {
      out.write('=');
      newLine();
    }
  }

  private void endBlank() {
    if (blank != NONE) {
      encoded(blank);
      blank = NONE;
    }
  }

  private void plain(int octet) {
    room(1);
    out.write(octet);
  }

  private void encoded(int octet) {
    room(3);
    out.write('=');
    out.write(HEX.charAt(octet >> 4));
    out.write(HEX.charAt(octet & 15));
  }

  private void room(int width) {
    if (column + width > LINE - 1) {
      out.write('=');
      newLine();
    }
    column += width;
  }

  private void newLine() {
    out.write('\r');
    out.write('\n');
    column = 0;
  }
}
