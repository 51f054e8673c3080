package org.holdfast.gateway.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a request, each of bounded length. Used by one thread. */
final class Lines {

  private final InputStream in;
  private final int maxLength;

  /** What was read and is not handed out yet: from {@code at} to {@code end}. */
  private final byte[] buffer = new byte[64 * 1024];

  private int at;
  private int end;

  Lines(InputStream in, int maxLength) {
    this.in = in;
    this.maxLength = maxLength;
  }

  /** The next line without its end, null after the last; a longer one is a {@link Problem}. */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    boolean any = false;
    boolean tooLong = false;
    while (more()) {
      any = true;
      int newline = newline();
      int part = (newline < 0 ? end : newline) - at;
      tooLong |= line.size() + part > maxLength;
      if (!tooLong) {
        line.write(buffer, at, part);
      }
      at += part;
      if (newline >= 0) {
        at++;
        break;
      }
    }
    if (tooLong) {
      throw Problem.bad("a line is longer than " + maxLength + " octets");
    }
    return any ? line.toByteArray() : null;
  }

  /** Is there anything in the buffer, or to be put there? */
  private boolean more() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(0, in.read(buffer));
    }
    return at < end;
  }

  private int newline() {
    for (int i = at; i < end; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
