package org.holdfast.gateway.content;

/**
 * A line, or a piece of one that is too long to be held at once. A view into a buffer: valid until
 * the next one is read.
 */
final class Line {

  private byte[] octets = new byte[0];
  private int from;
  private int to;
  private boolean begins;
  private boolean ended;

  void set(byte[] buffer, int first, int afterText, boolean beginsLine, boolean endsLine) {
    octets = buffer;
    from = first;
    to = afterText;
    begins = beginsLine;
    ended = endsLine;
  }

  byte[] octets() {
    return octets;
  }

  int from() {
    return from;
  }

  /** After the last octet of text: CRLF, if it has one, follows there. */
  int to() {
    return to;
  }

  int length() {
    return to - from;
  }

  /** Its first octet is the first one of a line. */
  boolean begins() {
    return begins;
  }

  /** CRLF follows. */
  boolean ended() {
    return ended;
  }

  byte at(int index) {
    return octets[from + index];
  }

  /** Whether it begins with this, given in lower case, in whatever case. */
  boolean startsWith(String lower) {
    if (length() < lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      byte octet = at(i);
      boolean upper = octet >= 'A' && octet <= 'Z';
      if ((upper ? octet + ('a' - 'A') : octet) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  boolean isFolded() {
    return length() > 0 && (at(0) == ' ' || at(0) == '\t');
  }
}
