package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.disk.DiskFile;

/** The end of a segment that records are being added to. One thread. */
final class SegmentOutput {

  /** Most octets gathered before they are written; also the largest piece of a streamed body. */
  static final int BUFFER = 1 << 20;

  private final DiskFile file;
  private final long base;
  private final long salt;
  private final long preallocate;

  /**
   * Lent by the writer, of {@link #BUFFER} octets or fewer; holds what belongs at {@code offset -
   * buffer.position()}.
   */
  private final ByteBuffer buffer;

  private long offset = SegmentHead.SIZE;
  private long allocated = SegmentHead.SIZE;

  SegmentOutput(DiskFile file, long base, long salt, long preallocate, ByteBuffer buffer) {
    this.file = file;
    this.base = base;
    this.salt = salt;
    this.preallocate = preallocate;
    this.buffer = buffer.clear();
  }

  void begin(boolean first) throws IOException {
    file.write(new SegmentHead(base, salt, first).encode(), 0);
    extend();
    file.force();
  }

  /** Where the next record goes, as an offset. */
  long offset() {
    return offset;
  }

  long end() {
    return base + offset;
  }

  /** Behind everything that was ever written here. */
  long behind() {
    return base + Math.max(offset, allocated);
  }

  /** Adds a record; it is in the file after {@link #flush} and safe after {@link #sync}. */
  long append(Entry entry) throws IOException {
    long position = base + offset;
    Content streamed = entry.streamed();
    if (streamed != null) {
      stream(entry, streamed);
    } else if (Frame.footprint(entry.length()) <= buffer.capacity()) {
      buffered(entry);
    } else {
      direct(entry);
    }
    return position;
  }

  private void buffered(Entry entry) throws IOException {
    int footprint = (int) Frame.footprint(entry.length());
    if (buffer.remaining() < footprint) {
      flush();
    }
    frame(entry, entry.crc()).encode(buffer, salt);
    entry.putBody(buffer);
    buffer.put(new byte[Frame.padding(entry.length())]);
    offset += footprint;
  }

  /** Everything in memory, but more than the buffer takes. */
  private void direct(Entry entry) throws IOException {
    flush();
    long at = offset + Frame.HEAD;
    file.write(ByteBuffer.wrap(entry.head()), at);
    ByteBuffer memory = entry.memory();
    if (memory != null) {
      file.write(memory, at + entry.head().length);
    }
    finish(entry, entry.crc());
  }

  /**
   * The body goes first and the head last, so that a content that breaks off leaves no record: the
   * place is simply used again.
   */
  private void stream(Entry entry, Content content) throws IOException {
    flush();
    long at = offset + Frame.HEAD;
    file.write(ByteBuffer.wrap(entry.head()), at);
    CRC32C crc = new CRC32C();
    crc.update(entry.head());
    copy(content, at + entry.head().length, crc);
    finish(entry, (int) crc.getValue());
  }

  private void copy(Content content, long to, CRC32C crc) throws IOException {
    long left = content.size();
    byte[] chunk = new byte[(int) Math.min(BUFFER, left)];
    try (InputStream in = openSource(content)) {
      while (left > 0) {
        int count = readSource(in, chunk, (int) Math.min(chunk.length, left));
        crc.update(chunk, 0, count);
        file.write(ByteBuffer.wrap(chunk, 0, count), to + content.size() - left);
        left -= count;
      }
    }
  }

  private static InputStream openSource(Content content) throws ContentException {
    try {
      return content.open();
    } catch (IOException | RuntimeException e) {
      throw new ContentException("the content cannot be opened", e);
    }
  }

  private static int readSource(InputStream in, byte[] chunk, int most) throws ContentException {
    int count;
    try {
      count = in.readNBytes(chunk, 0, most);
    } catch (IOException | RuntimeException e) {
      throw new ContentException("the content cannot be read", e);
    }
    if (count < most) {
      throw new ContentException("the content is shorter than it said", null);
    }
    return count;
  }

  private void finish(Entry entry, int crc) throws IOException {
    long bodyEnd = offset + Frame.HEAD + entry.length();
    file.write(ByteBuffer.allocate(Frame.padding(entry.length())), bodyEnd);
    ByteBuffer head = ByteBuffer.allocate(Frame.HEAD);
    frame(entry, crc).encode(head, salt);
    file.write(head.flip(), offset);
    offset += Frame.footprint(entry.length());
  }

  private Frame frame(Entry entry, int crc) {
    return new Frame(base + offset, entry.type(), entry.length(), crc);
  }

  void flush() throws IOException {
    int count = buffer.position();
    if (count > 0) {
      file.write(buffer.flip(), offset - count);
    }
    buffer.clear();
  }

  void sync() throws IOException {
    flush();
    extend();
    file.force();
  }

  /** Zeroes ahead: later writes then change no length, which makes their fsync cheaper. */
  private void extend() throws IOException {
    if (preallocate > 0 && offset >= allocated) {
      file.zero(offset, offset + preallocate);
      allocated = offset + preallocate;
    }
  }

  /** Syncs and gives back what was preallocated. */
  void seal() throws IOException {
    flush();
    file.truncate(offset);
    file.force();
    allocated = offset;
  }
}
