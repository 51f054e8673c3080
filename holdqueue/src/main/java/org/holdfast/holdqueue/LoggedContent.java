package org.holdfast.holdqueue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.LogRecord;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;

/** A message's content where it lies in the log; small ones are read into memory, checked. */
final class LoggedContent {

  /** Larger ones are streamed, and checked when their last octet is read. */
  static final int IN_MEMORY = 256 << 10;

  /** What the record's head usually takes. */
  private static final int HEADS = 1_000;

  private LoggedContent() {}

  /**
   * @param size about how many octets the content has; a wrong guess costs a second reading
   */
  static Content read(SegmentLog log, long position, long size) throws IOException {
    LogRecord record = log.read(position, HEADS + Math.clamp(size, 0, IN_MEMORY));
    int head = MessageRecord.headLength(record);
    if (record.length() > IN_MEMORY) {
      return streamed(record, head);
    }
    byte[] body = record.body();
    return new InMemory(ByteBuffer.wrap(body, head, body.length - head).slice());
  }

  /** A content where it lies, behind a head of so many octets; checked at its end. */
  static Content streamed(LogRecord record, int head) {
    return new Streamed(record, head);
  }

  /**
   * Reads a content that streams to its end, to see whether it is damaged.
   *
   * @throws DamagedRecordException it fails its checksum
   */
  static void check(Content content) throws IOException {
    if (content.inMemory() == null) {
      try (InputStream in = content.open()) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private record Streamed(LogRecord record, int head) implements Content {
    @Override
    public long size() {
      return record.length() - head;
    }

    @Override
    public InputStream open() throws IOException {
      return record.open(head);
    }
  }

  private record InMemory(ByteBuffer octets) implements Content {
    @Override
    public long size() {
      return octets.remaining();
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(octets.array(), octets.arrayOffset(), octets.remaining());
    }

    @Override
    public @Nullable ByteBuffer inMemory() {
      return octets.asReadOnlyBuffer();
    }
  }
}
