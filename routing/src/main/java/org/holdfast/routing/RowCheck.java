package org.holdfast.routing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The checksum that every row of the view carries: CRC32C over its key and its values. The database
 * has none of its own, so a bit that flips in a value would be an answer. One row, one thread.
 */
final class RowCheck {

  private final CRC32C crc = new CRC32C();

  /** A text, and where it ends. */
  RowCheck text(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    crc.update(octets);
    crc.update(0);
    return this;
  }

  RowCheck octets(byte[] octets) {
    crc.update(octets);
    return this;
  }

  RowCheck number(long number) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      crc.update((int) (number >>> shift));
    }
    return this;
  }

  int sum() {
    return (int) crc.getValue();
  }

  /** Throws when the row carries another sum than this. */
  void require(int carried, String row) throws SQLException {
    if (sum() != carried) {
      throw MapSql.damage("a row of the view is damaged: " + row);
    }
  }

  // ---- a record in one column, its checksum behind it

  static byte[] sealed(String key, byte[] record) {
    int sum = new RowCheck().text(key).octets(record).sum();
    return ByteBuffer.allocate(record.length + Integer.BYTES).put(record).putInt(sum).array();
  }

  /** The record, or damage. */
  static byte[] opened(String key, byte[] sealed) throws SQLException {
    int length = sealed == null ? -1 : sealed.length - Integer.BYTES;
    if (length < 0) {
      throw MapSql.damage("a row of the view is damaged: " + key);
    }
    byte[] record = Arrays.copyOf(sealed, length);
    new RowCheck().text(key).octets(record).require(ByteBuffer.wrap(sealed).getInt(length), key);
    return record;
  }
}
