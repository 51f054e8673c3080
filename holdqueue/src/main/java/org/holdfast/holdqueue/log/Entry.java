package org.holdfast.holdqueue.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.holdfast.holdqueue.Content;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way into the log: its body is {@code head} and then the octets of {@code tail}.
 * What lies in memory is summed up here, in the caller's thread; a tail that streams is summed up
 * while it is written.
 */
public final class Entry {

  private final int type;
  private final byte[] head;
  private final @Nullable Content tail;
  private final @Nullable ByteBuffer memory;
  private final int crc;

  private Entry(int type, byte[] head, @Nullable Content tail) {
    this.type = type;
    this.head = head;
    this.tail = tail;
    this.memory = tail == null ? null : tail.inMemory();
    CRC32C sum = new CRC32C();
    sum.update(head);
    if (memory != null) {
      sum.update(memory.duplicate());
    }
    this.crc = (int) sum.getValue();
  }

  /** A record of these octets; {@code type} 0 to 255. */
  public static Entry of(int type, byte[] body) {
    return new Entry(type, body, null);
  }

  /** A record that goes on with a content. */
  public static Entry of(int type, byte[] head, Content tail) {
    return new Entry(type, head, tail);
  }

  int type() {
    return type;
  }

  byte[] head() {
    return head;
  }

  /** The tail that must be streamed; null when everything is in memory. */
  @Nullable Content streamed() {
    return memory == null ? tail : null;
  }

  long length() {
    return head.length + (tail == null ? 0 : tail.size());
  }

  /** Of the octets in memory. */
  int crc() {
    return crc;
  }

  void putBody(ByteBuffer to) {
    to.put(head);
    if (memory != null) {
      to.put(memory.duplicate());
    }
  }

  @Nullable ByteBuffer memory() {
    return memory == null ? null : memory.duplicate();
  }
}
