package org.holdfast.holdqueue.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open file. Reads may come from any thread, writes, force and truncate from one thread at a
 * time; threads may be interrupted, which changes nothing here.
 */
public interface DiskFile extends Closeable {

  /** How many octets {@link #zero} writes at once. */
  int ZEROES = 1 << 20;

  /** Reads at most what the buffer has room for; -1 at or after the end. */
  int read(ByteBuffer to, long at) throws IOException;

  /** Writes all that remains in the buffer. */
  void write(ByteBuffer from, long at) throws IOException;

  /** Puts the octets written so far on stable storage; after a failure nothing is known. */
  void force() throws IOException;

  /** Length in octets. */
  long size() throws IOException;

  /** Cuts what is after this length. */
  void truncate(long size) throws IOException;

  /** Fills a range with zero octets: preallocation that later writes need not extend. */
  default void zero(long from, long to) throws IOException {
    ByteBuffer zeroes = ByteBuffer.allocate((int) Math.min(ZEROES, Math.max(0, to - from)));
    for (long at = from; at < to; at += zeroes.limit()) {
      zeroes.clear().limit((int) Math.min(zeroes.capacity(), to - at));
      write(zeroes, at);
    }
  }

  /** Fills the buffer's remaining room; fails when the file ends before. */
  default void readFully(ByteBuffer to, long at) throws IOException {
    long from = at;
    while (to.hasRemaining()) {
      int read = read(to, from);
      if (read < 0) {
        throw new java.io.EOFException("file ends at " + from);
      }
      from += read;
    }
  }
}
