package org.holdfast.gateway.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * One message in the mboxrd form: LF line ends, every line of {@code >*From } gets one more {@code
 * >}, an empty line at the end.
 */
final class Mbox {

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
    int c = message.read();
    while (c >= 0) {
      c = line(message, c, out);
    }
    out.write('\n');
  }

  /** Copies one line that begins with this octet; returns the first octet of the next one. */
  private static int line(InputStream message, int first, OutputStream out) throws IOException {
    int c = first;
    while (c == '>') {
      out.write('>');
      c = message.read();
    }
    c = beginning(message, c, out);
    while (c >= 0 && c != '\n') {
      int next = message.read();
      if (c != '\r' || next != '\n') {
        out.write(c);
      }
      c = next;
    }
    out.write('\n');
    return c < 0 ? c : message.read();
  }

  /** Copies what looks like "From "; puts the '>' before it when it is that. */
  private static int beginning(InputStream message, int first, OutputStream out)
      throws IOException {
    int matched = 0;
    int c = first;
    while (matched < FROM.length && c == FROM[matched]) {
      matched++;
      c = message.read();
    }
    if (matched == FROM.length) {
      out.write('>');
    }
    out.write(Arrays.copyOf(FROM, matched));
    return c;
  }
}
