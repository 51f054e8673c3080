package org.holdfast.gateway.bounce;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.holdfast.holdqueue.Content;

/** As much of the refused message as a notification may bear. */
final class OriginalMessage {

  /** Most octets of it that go back; of a larger one the header, cut off at the same length. */
  static final int MOST_RETURNED = 50 << 10;

  private final byte[] begin;
  private final int headerEnd;
  private final boolean complete;

  private OriginalMessage(byte[] begin, boolean complete) {
    this.begin = begin;
    this.complete = complete;
    this.headerEnd = headerEnd(begin);
  }

  static OriginalMessage read(Content content) throws IOException {
    try (InputStream in = content.open()) {
      return new OriginalMessage(in.readNBytes(MOST_RETURNED), content.size() <= MOST_RETURNED);
    }
  }

  /** All of it, ended by a line end; empty when it is too large. */
  Optional<byte[]> whole() {
    return complete ? Optional.of(closed(begin)) : Optional.empty();
  }

  /** Whole lines: the header section without the empty line after it. */
  byte[] header() {
    return closed(Arrays.copyOf(begin, headerEnd));
  }

  private static int headerEnd(byte[] octets) {
    int lineStart = 0;
    for (int i = 0; i + 1 < octets.length; i++) {
      if (octets[i] == '\r' && octets[i + 1] == '\n') {
        if (i == lineStart) {
          return lineStart;
        }
        lineStart = i + 2;
      }
    }
    return lineStart == 0 ? octets.length : lineStart;
  }

  private static byte[] closed(byte[] octets) {
    int size = octets.length;
    if (size == 0 || octets[size - 1] == '\n') {
      return octets;
    }
    byte[] closed = Arrays.copyOf(octets, size + 2);
    closed[size] = '\r';
    closed[size + 1] = '\n';
    return closed;
  }
}
