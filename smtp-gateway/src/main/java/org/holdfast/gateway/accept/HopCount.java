package org.holdfast.gateway.accept;

/**
 * Counts the {@code Received:} fields in the header section of a message (RFC 5321 section 6.3).
 * Not thread-safe.
 */
final class HopCount {

  private static final byte[] NAME = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd'};
  private static final int NO_MATCH = -1;

  private int matched;
  private boolean lineIsEmpty = true;
  private boolean inBody;
  private int hops;

  /** Takes the next octets of the message. */
  void octets(byte[] buffer, int from, int to) {
    for (int i = from; i < to && !inBody; i++) {
      octet(buffer[i]);
    }
  }

  int hops() {
    return hops;
  }

  private void octet(byte octet) {
    if (octet == '\n') {
      inBody = lineIsEmpty;
      lineIsEmpty = true;
      matched = 0;
    } else if (octet != '\r') {
      lineIsEmpty = false;
      if (matched != NO_MATCH) {
        match(octet);
      }
    }
  }

  private void match(byte octet) {
    if (matched < NAME.length) {
      matched = (octet | 0x20) == NAME[matched] ? matched + 1 : NO_MATCH;
    } else if (octet == ':') {
      hops++;
      matched = NO_MATCH;
    } else if (octet != ' ' && octet != '\t') {
      matched = NO_MATCH;
    }
  }
}
