package org.holdfast.gateway.admin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a request, each of bounded length. Used by one thread. */
final class Lines {

  private static final int BUFFER = 64 * 1024;

  private final InputStream in;
  private final int maxLength;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  Lines(InputStream in, int maxLength) {
    this.in = new BufferedInputStream(in, BUFFER);
    this.maxLength = maxLength;
  }

  /** The next line without its end, null after the last; a longer one is a {@link Problem}. */
  byte @Nullable [] next() throws IOException {
    line.reset();
    int octet;
    while ((octet = in.read()) >= 0 && octet != '\n') {
      if (line.size() == maxLength) {
        skipRest();
        throw Problem.bad("a line is longer than " + maxLength + " octets");
      }
      line.write(octet);
    }
    return octet < 0 && line.size() == 0 ? null : line.toByteArray();
  }

  private void skipRest() throws IOException {
    int octet;
    do {
      octet = in.read();
    } while (octet >= 0 && octet != '\n');
  }
}
