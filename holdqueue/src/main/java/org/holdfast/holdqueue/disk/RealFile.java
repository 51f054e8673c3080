package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;

/**
 * A file of the machine. An interrupt closes a FileChannel under everybody's feet, and whoever
 * stores a message may be interrupted while it writes. So this uses what interrupts do not touch:
 * for writing an asynchronous channel whose work is done by the caller's own thread at once, for
 * reading a RandomAccessFile.
 */
final class RealFile implements DiskFile {

  private static final ExecutorService AT_ONCE = new AtOnce();

  private final AsynchronousFileChannel writer;

  /** Also the lock for its own position. */
  private final RandomAccessFile reader;

  /** Opens it; the options are those of the channel for writing. */
  RealFile(Path file, StandardOpenOption... options) throws IOException {
    this.writer = channel(file, options);
    try {
      this.reader = new RandomAccessFile(file.toFile(), "r");
    } catch (IOException e) {
      writer.close();
      throw e;
    }
  }

  /** A channel that no interrupt closes; nothing it is asked for goes on after the call. */
  static AsynchronousFileChannel channel(Path file, StandardOpenOption... options)
      throws IOException {
    return AsynchronousFileChannel.open(file, Set.of(options), AT_ONCE);
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
      to += writeSome(from, to);
    }
  }

  private int writeSome(ByteBuffer from, long at) throws IOException {
    try {
      return writer.write(from, at).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e);
    } catch (InterruptedException e) { // cannot be: it is done before it is waited for
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException().initCause(e);
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
