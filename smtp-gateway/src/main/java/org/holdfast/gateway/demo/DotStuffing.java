package org.holdfast.gateway.demo;

import java.io.ByteArrayOutputStream;

/**
 * Takes the transparency of RFC 5321 section 4.5.2 off a DATA stream, octet by octet. Only
 * CRLF.CRLF ends it. Not thread-safe.
 */
final class DotStuffing {

  private enum At {
    LINE_START,
    DOT,
    DOT_CR,
    TEXT,
    TEXT_CR,
    END
  }

  private final ByteArrayOutputStream to;
  private final int limit;
  private At at = At.LINE_START;

  /**
   * Begins at the start of the first line.
   *
   * @param limit octets kept; what comes after them is read and dropped
   */
  DotStuffing(ByteArrayOutputStream to, int limit) {
    this.to = to;
    this.limit = limit;
  }

  boolean ended() {
    return at == At.END;
  }

  void accept(int octet) {
    switch (at) {
      case LINE_START -> {
        if (octet == '.') {
          at = At.DOT;
        } else {
          text(octet);
        }
      }
      case DOT -> {
        if (octet == '\r') {
          at = At.DOT_CR;
        } else {
          text(octet); // the dot was stuffing
        }
      }
      case DOT_CR -> {
        if (octet == '\n') {
          at = At.END;
        } else {
          keep('\r');
          text(octet);
        }
      }
      case TEXT_CR -> {
        text(octet);
        if (octet == '\n') {
          at = At.LINE_START;
        }
      }
      case TEXT -> text(octet);
      case END -> throw new IllegalStateException("the message has ended");
    }
  }

  private void text(int octet) {
    keep(octet);
    at = octet == '\r' ? At.TEXT_CR : At.TEXT;
  }

  private void keep(int octet) {
    if (to.size() < limit) {
      to.write(octet);
    }
  }
}
