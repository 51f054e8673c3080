package org.holdfast.gateway.content;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.holdfast.holdqueue.Content;

/** A message to look at, read a few octets at a time. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Octets(byte[] octets, int piece) implements Content {

  static Octets of(String latin1) {
    return new Octets(latin1.getBytes(StandardCharsets.ISO_8859_1), Integer.MAX_VALUE);
  }

  @Override
  public long size() {
    return octets.length;
  }

  @Override
  public InputStream open() {
    return new ByteArrayInputStream(octets) {
      @Override
      public int read(byte[] into, int from, int length) {
        return super.read(into, from, Math.min(length, piece));
      }
    };
  }

  static String text(Content content) throws IOException {
    try (InputStream in = content.open()) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
