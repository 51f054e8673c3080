package org.holdfast.gateway.accept;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of data and takes the transparency dots out (RFC 5321 section 4.5.2), and notes
 * what may not be in a message. One for each message; not thread-safe.
 *
 * <p>The end is CRLF "." CRLF and nothing else. A bare CR or LF never begins a line, so no spelling
 * of it can end a message that another server takes for text; a message that has one is refused,
 * and its octets are still scanned by the same rule up to the real end.
 */
final class DataScanner {

  /** Takes the octets of the message as they are found. */
  interface Sink {
    void octets(byte[] buffer, int from, int to);
  }

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Eight times one more than CR, the largest octet that is looked at. */
  private static final long ABOVE = 0x0e0e0e0e0e0e0e0eL;

  private static final long HIGH_BITS = 0x8080808080808080L;

  private enum At {
    LINE_START,
    TEXT,
    CR,
    DOT,
    DOT_CR
  }

  private final boolean dots;
  private final boolean anyOctets;
  private At at = At.LINE_START;
  private int lineLength;
  private boolean ended;
  private @Nullable Defect defect;
  private boolean blurred;

  private DataScanner(boolean dots, boolean anyOctets) {
    this.dots = dots;
    this.anyOctets = anyOctets;
  }

  /** For the octets after DATA. */
  static DataScanner ofData() {
    return new DataScanner(true, false);
  }

  /** For the octets of BDAT chunks (RFC 3030): no dots, no end of data. */
  static DataScanner ofChunks() {
    return new DataScanner(false, false);
  }

  /** For those of a binary message (RFC 3030 section 3): nothing in it is looked at. */
  static DataScanner ofBinary() {
    return new DataScanner(false, true);
  }

  /** CRLF "." CRLF has been read. */
  boolean ended() {
    return ended;
  }

  /**
   * The first thing found that may not be in a message; null for none so far. A CR that was read
   * last may still become CRLF: {@link #defectAtEnd} says whether it did.
   */
  @Nullable Defect defect() {
    return defect;
  }

  /** As {@link #defect}, when nothing more comes. */
  @Nullable Defect defectAtEnd() {
    return at == At.CR && !dots ? firstOf(Defect.BARE_CR) : defect;
  }

  /** Something was found that makes the end of the message doubtful, first or not. */
  boolean blurred() {
    Defect found = defectAtEnd();
    return blurred || (found != null && found.blursTheEnd());
  }

  /** All octets so far make whole lines. */
  boolean atLineStart() {
    return at == At.LINE_START;
  }

  /**
   * Scans {@code buffer[from, to)}; returns where it stopped: {@code to}, or after the end of data.
   */
  int scan(byte[] buffer, int from, int to, Sink sink) {
    if (anyOctets) {
      hand(buffer, from, to, sink);
      return to;
    }
    int kept = from;
    int i = from;
    while (i < to) {
      switch (at) {
        case LINE_START -> {
          lineLength = 0;
          if (dots && buffer[i] == '.') {
            hand(buffer, kept, i, sink);
            kept = ++i;
            at = At.DOT;
          } else {
            at = At.TEXT;
          }
        }
        case TEXT -> i = text(buffer, i, to);
        case CR -> i = afterCr(buffer, i);
        case DOT -> {
          if (buffer[i] == '\r') {
            kept = ++i;
            at = At.DOT_CR;
          } else {
            at = At.TEXT;
          }
        }
        case DOT_CR -> {
          if (buffer[i] == '\n') {
            ended = true;
            return i + 1;
          }
          note(Defect.BARE_CR);
          at = At.TEXT;
        }
      }
    }
    hand(buffer, kept, to, sink);
    return to;
  }

  private int text(byte[] buffer, int from, int to) {
    int i = ordinary(buffer, from, to);
    while (i < to && !special(buffer[i])) {
      i++;
    }
    lineLength += i - from;
    if (lineLength > Limits.TEXT_LINE) {
      note(Defect.LINE_TOO_LONG);
    }
    return i < to ? special(buffer[i], i) : i;
  }

  /**
   * Leaps over octets that need no look, eight at a time: to where the first below {@link #ABOVE}
   * is near. A difference borrows into the octets above it only when it was negative itself, so
   * there is no false alarm without a true one (Warren, Hacker's Delight, chapter 6).
   */
  private static int ordinary(byte[] buffer, int from, int to) {
    int i = from;
    while (i + Long.BYTES <= to) {
      long eight = (long) EIGHT.get(buffer, i);
      if (((eight - ABOVE) & ~eight & HIGH_BITS) != 0) {
        break;
      }
      i += Long.BYTES;
    }
    return i;
  }

  private int special(byte octet, int i) {
    if (octet == '\r') {
      at = At.CR;
    } else {
      note(octet == '\n' ? Defect.BARE_LF : Defect.NUL);
    }
    return i + 1;
  }

  private int afterCr(byte[] buffer, int i) {
    if (buffer[i] == '\n') {
      at = At.LINE_START;
      return i + 1;
    }
    note(Defect.BARE_CR);
    at = At.TEXT;
    return i;
  }

  private static boolean special(byte octet) {
    return octet == '\r' || octet == '\n' || octet == 0;
  }

  private void note(Defect found) {
    defect = firstOf(found);
    blurred |= found.blursTheEnd();
  }

  private Defect firstOf(Defect found) {
    return defect == null ? found : defect;
  }

  private static void hand(byte[] buffer, int from, int to, Sink sink) {
    if (to > from) {
      sink.octets(buffer, from, to);
    }
  }
}
