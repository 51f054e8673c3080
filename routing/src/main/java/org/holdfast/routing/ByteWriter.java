package org.holdfast.routing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the primitives of {@link ChangeRecord}. */
final class ByteWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  ByteWriter octet(int value) {
    out.write(value);
    return this;
  }

  ByteWriter flag(boolean value) {
    return octet(value ? 1 : 0);
  }

  /** Seven bits a byte, low ones first; for values from 0. */
  ByteWriter number(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      out.write((int) (left & 0x7F) | 0x80);
      left >>>= 7;
    }
    out.write((int) left);
    return this;
  }

  /** Zigzag, so that small negative values are short too. */
  ByteWriter signed(long value) {
    return number((value << 1) ^ (value >> 63));
  }

  ByteWriter text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
