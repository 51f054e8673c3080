package org.holdfast.holdqueue.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 octets of a segment: the same 32 twice, so that a single damaged place does not cost
 * the salt.
 *
 * <pre>
 *  0        4   5       6      8           16          24     28       32
 *  +--------+---+-------+------+-----------+-----------+------+--------+
 *  | "HFSG" | 1 | flags | zero | base      | salt      | zero | CRC32C |
 *  +--------+---+-------+------+-----------+-----------+------+--------+
 * </pre>
 *
 * @param base position of the segment's first octet in the log
 * @param salt the log's own random number, the same in all its segments
 * @param first the log begins here: what lies before is replaced and to be deleted (flag 1)
 */
record SegmentHead(long base, long salt, boolean first) {

  static final int MAGIC = 0x48465347;
  static final int VERSION = 1;
  static final int COPY = 32;
  static final int SIZE = 2 * COPY;

  ByteBuffer encode() {
    ByteBuffer to = ByteBuffer.allocate(SIZE);
    encodeOnce(to);
    encodeOnce(to);
    return to.flip();
  }

  private void encodeOnce(ByteBuffer to) {
    int start = to.position();
    to.putInt(MAGIC).put((byte) VERSION).put((byte) (first ? 1 : 0)).putShort((short) 0);
    to.putLong(base).putLong(salt).putInt(0).putInt(crc(to, start));
  }

  /** The first copy that is right, or null. */
  static @Nullable SegmentHead decode(ByteBuffer from) {
    SegmentHead head = decodeOnce(from, 0);
    return head != null ? head : decodeOnce(from, COPY);
  }

  private static @Nullable SegmentHead decodeOnce(ByteBuffer from, int at) {
    if (from.limit() < at + COPY
        || from.getInt(at) != MAGIC
        || from.get(at + 4) != VERSION
        || from.getInt(at + 28) != crc(from, at)) {
      return null;
    }
    return new SegmentHead(
        from.getLong(at + 8), from.getLong(at + 16), (from.get(at + 5) & 1) != 0);
  }

  private static int crc(ByteBuffer octets, int start) {
    CRC32C crc = new CRC32C();
    crc.update(octets.slice(start, 28));
    return (int) crc.getValue();
  }
}
