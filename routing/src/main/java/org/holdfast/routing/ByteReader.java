package org.holdfast.routing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteWriter} wrote; anything else is an {@link IOException}, never more. */
final class ByteReader {

  private final byte[] bytes;
  private int at;

  ByteReader(byte[] bytes) {
    this.bytes = bytes;
  }

  int octet() throws IOException {
    if (at >= bytes.length) {
      throw new IOException("a change of the map ends in the middle");
    }
    return bytes[at++] & 0xFF;
  }

  boolean flag() throws IOException {
    return octet() != 0;
  }

  long number() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = octet();
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new IOException("a number in a change of the map has no end");
  }

  long signed() throws IOException {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A count of things of at least one byte each, so never more than there are bytes. */
  int count() throws IOException {
    long value = number();
    if (value < 0 || value > bytes.length - at) {
      throw new IOException("a length in a change of the map goes beyond its end");
    }
    return (int) value;
  }

  String text() throws IOException {
    int length = count();
    String value = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return value;
  }

  String oneOf(String[] words) throws IOException {
    long place = number();
    if (place < 0 || place >= words.length) {
      throw new IOException("a change of the map refers to a word that is not there");
    }
    return words[(int) place];
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  void requireEnd() throws IOException {
    if (!atEnd()) {
      throw new IOException("a change of the map has bytes after its end");
    }
  }
}
