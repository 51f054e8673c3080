package org.holdfast.gateway.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * One message in the mboxrd form: LF line ends, every line of {@code >*From } gets one more {@code
 * >}, an empty line at the end.
 */
final class Mbox {

  private static final int PIECE = 64 << 10;

  private static final byte[] FROM = {'F', 'r', 'o', 'm', ' '};

  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Mbox() {}

  /** {@code From SENDER asctime}: the line that begins a message. */
  static String separator(String reversePath, Instant accepted) {
    String sender = reversePath.replaceAll("\\s", "");
    return "From "
        + (sender.isEmpty() ? "MAILER-DAEMON" : sender)
        + " "
        + ASCTIME.format(accepted)
        + "\n";
  }

  /** Copies a message with CRLF line ends; memory does not depend on its size. */
  static void quote(InputStream message, OutputStream out) throws IOException {
    Quoting quoting = new Quoting(out);
    byte[] piece = new byte[PIECE];
    for (int count = message.read(piece); count >= 0; count = message.read(piece)) {
      quoting.octets(piece, count);
    }
    quoting.end();
  }

  /** What is known between two pieces. */
  private static final class Quoting {
    private final OutputStream out;

    /** Octets of "From " seen after the '>' that begin this line; -1: this line is no such one. */
    private int matched;

    /** A CR was read and nothing after it. */
    private boolean cr;

    private boolean lineOpen;

    Quoting(OutputStream out) {
      this.out = out;
    }

    void octets(byte[] piece, int count) throws IOException {
      int at = 0;
      while (at < count) {
        if (matched >= 0 || cr || piece[at] == '\r' || piece[at] == '\n') {
          octet(piece[at++]);
        } else {
          int end = lineEnd(piece, at, count);
          out.write(piece, at, end - at);
          at = end;
        }
      }
    }

    private static int lineEnd(byte[] piece, int from, int to) {
      int at = from;
      while (at < to && piece[at] != '\r' && piece[at] != '\n') {
        at++;
      }
      return at;
    }

    private void octet(byte octet) throws IOException {
      if (cr && octet != '\n') {
        inLine();
        out.write('\r');
      }
      cr = octet == '\r';
      if (octet == '\n') {
        endLine();
      } else if (!cr) {
        text(octet);
      }
    }

    private void text(byte octet) throws IOException {
      lineOpen = true;
      if (matched == 0 && octet == '>') {
        out.write('>');
      } else if (matched >= 0 && octet == FROM[matched]) {
        matched++;
        if (matched == FROM.length) {
          out.write('>');
          inLine();
        }
      } else {
        inLine();
        out.write(octet);
      }
    }

    /** The beginning of this line is decided. */
    private void inLine() throws IOException {
      lineOpen = true;
      if (matched > 0) {
        out.write(FROM, 0, matched);
      }
      matched = -1;
    }

    private void endLine() throws IOException {
      inLine();
      out.write('\n');
      matched = 0;
      lineOpen = false;
    }

    void end() throws IOException {
      if (cr) {
        inLine();
        out.write('\r');
      }
      if (lineOpen) {
        endLine();
      }
      out.write('\n');
    }
  }
}
