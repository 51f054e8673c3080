package org.holdfast.gateway.content;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;

/** Base64 in lines of 76 (RFC 2045 section 6.8). */
final class Base64Encoder implements BodyEncoder {

  /** Octets of one line. */
  private static final int GROUP = 57;

  private static final byte[] CRLF = {'\r', '\n'};

  private final ByteArrayOutputStream out;
  private final byte[] group = new byte[GROUP];
  private int used;
  private boolean lineEndDue;

  Base64Encoder(ByteArrayOutputStream out) {
    this.out = out;
  }

  @Override
  public void octets(byte[] octets, int from, int to) {
    int i = from;
    while (i < to) {
      int taken = Math.min(GROUP - used, to - i);
      System.arraycopy(octets, i, group, used, taken);
      used += taken;
      i += taken;
      if (used == GROUP) {
        line();
      }
    }
  }

  @Override
  public void lineEnd() {
    octets(CRLF, 0, 2);
  }

  @Override
  public void end(boolean closeLine) {
    if (used > 0) {
      line();
    }
    if (closeLine && lineEndDue) {
      out.writeBytes(CRLF);
    }
  }

  private void line() {
    if (lineEndDue) {
      out.writeBytes(CRLF);
    }
    out.writeBytes(Base64.getEncoder().encode(Arrays.copyOf(group, used)));
    used = 0;
    lineEndDue = true;
  }
}
