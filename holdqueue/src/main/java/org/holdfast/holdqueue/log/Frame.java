package org.holdfast.holdqueue.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The head of one record. All numbers are big-endian; a record begins at a multiple of 8 and is
 * padded with zeroes to the next one.
 *
 * <pre>
 *  0        4   5     6      8           16        20          24
 *  +--------+---+-----+------+-----------+---------+-----------+------ - - -+-----+
 *  | "HFR1" | 1 |type | zero | length    | CRC32C  | CRC32C    | body       | pad |
 *  |        |ver|     |      | of body   | of body | of head   |            |     |
 *  +--------+---+-----+------+-----------+---------+-----------+------ - - -+-----+
 * </pre>
 *
 * <p>The head's CRC covers octets 0 to 19, the log's salt and the record's position. So a head that
 * is right is right <i>here</i>: neither a copy of a log that came in as mail nor a stale block can
 * pass for a record when a reader looks for the next good one after damage.
 *
 * @param position where the record begins, in octets since the log's birth
 * @param length of the body
 * @param bodyCrc CRC32C of the body
 */
record Frame(long position, int type, long length, int bodyCrc) {

  static final int MAGIC = 0x48465231;
  static final int VERSION = 1;
  static final int HEAD = 24;
  static final int ALIGNMENT = 8;

  static long padded(long octets) {
    return (octets + ALIGNMENT - 1) & -ALIGNMENT;
  }

  static int padding(long length) {
    return (int) (padded(length) - length);
  }

  /** What a record with a body of this length takes in the file. */
  static long footprint(long length) {
    return HEAD + padded(length);
  }

  /** Where the body begins. */
  long body() {
    return position + HEAD;
  }

  /** Where the next record begins. */
  long end() {
    return position + footprint(length);
  }

  void encode(ByteBuffer to, long salt) {
    int start = to.position();
    to.putInt(MAGIC).put((byte) VERSION).put((byte) type).putShort((short) 0).putLong(length);
    to.putInt(bodyCrc);
    to.putInt(crc(to, start, salt, position));
  }

  /** The head at this place of the buffer, or null when there is none that is right here. */
  static @Nullable Frame decode(ByteBuffer from, int at, long salt, long position) {
    if (from.getInt(at) != MAGIC
        || from.get(at + 4) != VERSION
        || from.getInt(at + 20) != crc(from, at, salt, position)) {
      return null;
    }
    long length = from.getLong(at + 8);
    return length < 0
        ? null
        : new Frame(position, from.get(at + 5) & 0xFF, length, from.getInt(at + 16));
  }

  private static int crc(ByteBuffer octets, int start, long salt, long position) {
    CRC32C crc = new CRC32C();
    crc.update(octets.slice(start, 20));
    crc.update(ByteBuffer.allocate(16).putLong(salt).putLong(position).flip());
    return (int) crc.getValue();
  }
}
