package org.holdfast.holdqueue.log;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.holdfast.holdqueue.disk.DiskFile;

/** One record of the log, its body read when asked for. Valid while its segment is there. */
public final class LogRecord {

  private static final int CHUNK = 64 << 10;

  private final Frame frame;
  private final DiskFile file;
  private final long base;
  private final ByteBuffer prefix;

  LogRecord(Frame frame, DiskFile file, long base, ByteBuffer prefix) {
    this.frame = frame;
    this.file = file;
    this.base = base;
    this.prefix = prefix;
  }

  /** Where it stands in the log; rises from record to record. */
  public long position() {
    return frame.position();
  }

  /** As given in {@link Entry#of}. */
  public int type() {
    return frame.type();
  }

  /** Octets of the body. */
  public long length() {
    return frame.length();
  }

  /** Base of the segment it lies in. */
  public long segment() {
    return base;
  }

  /** The body's octets from {@code from} on, {@code count} of them; no checksum is looked at. */
  public byte[] octets(long from, int count) throws IOException {
    Objects.checkFromIndexSize(from, (long) count, length());
    byte[] octets = new byte[count];
    if (from + count <= prefix.limit()) {
      prefix.get((int) from, octets);
    } else {
      file.readFully(ByteBuffer.wrap(octets), frame.body() - base + from);
    }
    return octets;
  }

  /** The whole body, which must fit in memory. */
  public byte[] body() throws IOException {
    byte[] octets = octets(0, Math.toIntExact(length()));
    CRC32C crc = new CRC32C();
    crc.update(octets);
    check(crc);
    return octets;
  }

  /**
   * Streams the body from {@code from} on; the checksum of the whole body is compared at the end,
   * so a damaged body ends in an exception instead of in -1.
   */
  public InputStream open(long from) throws IOException {
    Body body = new Body();
    body.skipNBytes(from);
    return body;
  }

  private void check(CRC32C crc) throws IOException {
    if ((int) crc.getValue() != frame.bodyCrc()) {
      throw new DamagedRecordException("record at " + position() + " fails its checksum");
    }
  }

  /** Reads on in chunks and sums up. */
  private final class Body extends InputStream {

    private final CRC32C crc = new CRC32C();
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long read;

    @Override
    public int read() throws IOException {
      return fill() ? chunk.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, to.length);
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int count = Math.min(length, chunk.remaining());
      chunk.get(to, offset, count);
      return count;
    }

    private boolean fill() throws IOException {
      if (chunk.hasRemaining()) {
        return true;
      }
      long left = length() - read;
      if (left == 0) {
        check(crc);
        return false;
      }
      next((int) Math.min(CHUNK, left));
      return true;
    }

    private void next(int count) throws IOException {
      ByteBuffer octets = ByteBuffer.allocate(count);
      try {
        file.readFully(octets, frame.body() - base + read);
      } catch (EOFException e) {
        throw new DamagedRecordException("record at " + position() + " is cut off", e);
      }
      crc.update(octets.flip());
      chunk = octets.rewind();
      read += count;
    }
  }
}
