package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;

/** Answers of an SMTP server (RFC 5321, 4.2.1), as a client reads them. */
final class Replies {

  private Replies() {}

  /** The last line of the next answer. */
  static String last(BufferedReader in) throws IOException {
    while (true) {
      String line = in.readLine();
      if (line == null || line.length() < 3) {
        throw new IOException("connection lost");
      }
      if (line.length() == 3 || line.charAt(3) == ' ') {
        return line;
      }
    }
  }
}
