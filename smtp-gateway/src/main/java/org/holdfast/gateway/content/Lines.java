package org.holdfast.gateway.content;

import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts a stream into lines that end with CRLF; no other CR or LF ends one. A line longer than the
 * buffer comes in pieces. Not thread-safe.
 */
final class Lines {

  /** Octets held; every line shorter than this comes in one piece. */
  static final int BUFFER = 16 * 1024;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int from;
  private int to;
  private boolean atLineStart = true;
  private boolean atEnd;

  Lines(InputStream in) {
    this.in = in;
  }

  /** The next line or piece, into {@code line}; false at the end. */
  boolean next(Line line) throws IOException {
    int searched = from;
    while (true) {
      int lf = lineEnd(searched);
      if (lf >= 0) {
        cut(line, lf - 1, lf + 1, true);
        return true;
      }
      searched = Math.max(from, to - 1);
      if (atEnd || (from == 0 && to == BUFFER)) {
        return rest(line);
      }
      searched -= from;
      fill();
    }
  }

  /** What there is of a line that does not end here; a CR may still become CRLF. */
  private boolean rest(Line line) {
    if (from == to) {
      return false;
    }
    int end = !atEnd && buffer[to - 1] == '\r' ? to - 1 : to;
    cut(line, end, end, false);
    return true;
  }

  private void cut(Line line, int afterText, int next, boolean ended) {
    line.set(buffer, from, afterText, atLineStart, ended);
    from = next;
    atLineStart = ended;
  }

  /** Index of the LF of the first CRLF; -1 for none. */
  private int lineEnd(int start) {
    for (int i = start; i + 1 < to; i++) {
      if (buffer[i] == '\r' && buffer[i + 1] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private void fill() throws IOException {
    System.arraycopy(buffer, from, buffer, 0, to - from);
    to -= from;
    from = 0;
    int read = in.read(buffer, to, BUFFER - to);
    atEnd = read < 0;
    to += Math.max(0, read);
  }
}
