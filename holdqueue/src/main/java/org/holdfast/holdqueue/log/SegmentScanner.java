package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.holdfast.holdqueue.disk.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of one segment. Where there is no good record it goes on at the next place that
 * has one, and says which range it left out. One thread.
 */
final class SegmentScanner {

  /** Takes the ranges (offsets in the file) that hold no good record. */
  interface Gaps {
    void gap(long from, long to) throws IOException;
  }

  private static final int WINDOW = 1 << 20;

  private final DiskFile file;
  private final long base;
  private final long limit;
  private final long salt;
  private final boolean bodies;
  private final Gaps gaps;

  private final byte[] octets;
  private ByteBuffer window;
  private long windowAt;
  private long at;

  /**
   * @param limit where the data ends
   * @param bodies whether the bodies' checksums are looked at too
   */
  SegmentScanner(
      DiskFile file, long base, long from, long limit, long salt, boolean bodies, Gaps gaps) {
    this.file = file;
    this.base = base;
    this.at = from;
    this.limit = limit;
    this.salt = salt;
    this.bodies = bodies;
    this.gaps = gaps;
    this.octets = new byte[(int) Math.min(WINDOW, Math.max(Frame.HEAD, limit - from))];
    this.window = ByteBuffer.wrap(octets).limit(0);
  }

  /** Offset after the last record handed out, or after the last gap. */
  long offset() {
    return at;
  }

  /** The next good record, to be used before the next call; null at the end of the data. */
  @Nullable LogRecord next() throws IOException {
    while (true) {
      Frame frame = frameAt(at);
      if (frame == null) {
        long good = seek(at + Frame.ALIGNMENT);
        if (!gap(at, good)) {
          return null;
        }
        at = good;
      } else if (bodies && !bodyIsRight(frame)) {
        long end = frame.end() - base;
        gaps.gap(at, end);
        at = end;
      } else {
        at = frame.end() - base;
        return record(frame);
      }
    }
  }

  private LogRecord record(Frame frame) throws IOException {
    long body = frame.body() - base;
    int count = (int) Math.min(frame.length(), octets.length);
    if (bodies || body + count <= windowAt + window.limit()) {
      load(body, count);
      return new LogRecord(frame, file, base, window.slice((int) (body - windowAt), count));
    }
    int there = (int) Math.max(0, windowAt + window.limit() - body);
    int small = Math.min(count, Math.max(there, WINDOW / 16));
    load(body, small);
    return new LogRecord(frame, file, base, window.slice((int) (body - windowAt), small));
  }

  /** Reports a range unless only zeroes are in it and after it; false: the data ends here. */
  private boolean gap(long from, long good) throws IOException {
    long end = good < limit ? good : lastNonZero(from, limit);
    if (end > from) {
      gaps.gap(from, end);
    }
    return good < limit;
  }

  private @Nullable Frame frameAt(long offset) throws IOException {
    if (offset + Frame.HEAD > limit || !load(offset, Frame.HEAD)) {
      return null;
    }
    Frame frame = Frame.decode(window, (int) (offset - windowAt), salt, base + offset);
    return frame == null || frame.length() > limit - offset - Frame.HEAD ? null : frame;
  }

  /** The first place from here on with a good head; the limit when there is none. */
  private long seek(long from) throws IOException {
    for (long offset = from; offset + Frame.HEAD <= limit; offset += Frame.ALIGNMENT) {
      load(offset, Frame.HEAD);
      if (window.getInt((int) (offset - windowAt)) == Frame.MAGIC && frameAt(offset) != null) {
        return offset;
      }
    }
    return limit;
  }

  private boolean bodyIsRight(Frame frame) throws IOException {
    CRC32C crc = new CRC32C();
    long end = frame.body() - base + frame.length();
    for (long from = frame.body() - base; from < end; ) {
      int count = (int) Math.min(octets.length, end - from);
      load(from, count);
      crc.update(window.slice((int) (from - windowAt), count));
      from += count;
    }
    return (int) crc.getValue() == frame.bodyCrc();
  }

  private long lastNonZero(long from, long to) throws IOException {
    long last = from;
    for (long offset = from; offset < to; ) {
      int count = (int) Math.min(octets.length, to - offset);
      load(offset, count);
      for (int i = 0; i < count; i++) {
        if (window.get((int) (offset - windowAt) + i) != 0) {
          last = offset + i + 1;
        }
      }
      offset += count;
    }
    return last;
  }

  /** Has the window hold this range, which is not longer than it. */
  private boolean load(long offset, int count) throws IOException {
    if (offset >= windowAt && offset + count <= windowAt + window.limit()) {
      return true;
    }
    int size = (int) Math.min(octets.length, limit - offset);
    window = ByteBuffer.wrap(octets, 0, size);
    windowAt = offset;
    file.readFully(window, offset);
    window.flip();
    return size >= count;
  }
}
