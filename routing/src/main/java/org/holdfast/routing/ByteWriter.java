package org.holdfast.routing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the primitives of {@link ChangeRecord} and of the view's rows. One thread. */
final class ByteWriter {

  private static final int LONGEST_NUMBER = 10;

  private byte[] bytes;
  private int length;

  ByteWriter() {
    this(256);
  }

  /** With room for so many octets; grows when that is too little. */
  ByteWriter(int room) {
    bytes = new byte[room];
  }

  ByteWriter octet(int value) {
    make(1);
    bytes[length++] = (byte) value;
    return this;
  }

  ByteWriter flag(boolean value) {
    return octet(value ? 1 : 0);
  }

  /** Seven bits a byte, low ones first; for values from 0. */
  ByteWriter number(long value) {
    make(LONGEST_NUMBER);
    long left = value;
    while ((left & ~0x7FL) != 0) {
      bytes[length++] = (byte) ((left & 0x7F) | 0x80);
      left >>>= 7;
    }
    bytes[length++] = (byte) left;
    return this;
  }

  /** Zigzag, so that small negative values are short too. */
  ByteWriter signed(long value) {
    return number((value << 1) ^ (value >> 63));
  }

  ByteWriter text(String value) {
    byte[] octets = value.getBytes(StandardCharsets.UTF_8);
    number(octets.length);
    make(octets.length);
    System.arraycopy(octets, 0, bytes, length, octets.length);
    length += octets.length;
    return this;
  }

  private void make(int room) {
    if (bytes.length - length < room) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + room));
    }
  }

  byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }
}
