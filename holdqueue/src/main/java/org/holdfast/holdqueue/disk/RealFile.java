package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file of the machine. An interrupt closes a FileChannel under everybody's feet, so only the one
 * writer uses it; readers share a RandomAccessFile, which interrupts do not touch.
 */
final class RealFile implements DiskFile {

  private final FileChannel writer;

  /** Also the lock for its own position. */
  private final RandomAccessFile reader;

  RealFile(Path file, FileChannel writer) throws IOException {
    this.writer = writer;
    try {
      this.reader = new RandomAccessFile(file.toFile(), "r");
    } catch (IOException e) {
      writer.close();
      throw e;
    }
  }

  @Override
  public int read(ByteBuffer to, long at) throws IOException {
    byte[] octets = to.hasArray() ? to.array() : new byte[to.remaining()];
    int offset = to.hasArray() ? to.arrayOffset() + to.position() : 0;
    int read;
    synchronized (reader) {
      reader.seek(at);
      read = reader.read(octets, offset, to.remaining());
    }
    if (read > 0 && to.hasArray()) {
      to.position(to.position() + read);
    } else if (read > 0) {
      to.put(octets, 0, read);
    }
    return read;
  }

  @Override
  public void write(ByteBuffer from, long at) throws IOException {
    long to = at;
    while (from.hasRemaining()) {
      to += writer.write(from, to);
    }
  }

  @Override
  public void force() throws IOException {
    writer.force(false);
  }

  @Override
  public long size() throws IOException {
    return writer.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    writer.truncate(size);
  }

  @Override
  public void close() throws IOException {
    try (reader) {
      writer.close();
    }
  }
}
