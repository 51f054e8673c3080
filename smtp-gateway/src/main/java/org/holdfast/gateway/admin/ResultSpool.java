package org.holdfast.gateway.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Results on their way to a client that may still be sending: one thread appends, another drains,
 * and what was not taken yet lies in a temporary file.
 *
 * <p>Why not write to the client at once: most clients read nothing before they have sent all. With
 * both directions' buffers full each side would wait for the other for ever; with the results in
 * memory a long list would fill the heap.
 */
final class ResultSpool implements AutoCloseable {

  private static final int CHUNK = 64 * 1024;

  private final FileChannel file;

  /** Guards the fields below; the file is written behind {@code written} and read before it. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private long written;
  private boolean complete;
  private @Nullable IOException broken;

  private final Consumer<byte[]> heard;

  /** {@code heard} is told every result as it is appended, whether the client takes it or not. */
  ResultSpool(Consumer<byte[]> heard) throws IOException {
    this.heard = heard;
    Path path = Files.createTempFile("holdfast-states", ".ndjson");
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Takes these octets; fails once the client has gone, so that the work for it stops. */
  void append(byte[] bytes) throws IOException {
    heard.accept(bytes);
    long at = written;
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      at += file.write(rest, at);
    }
    lock.lock();
    try {
      if (broken != null) {
        throw new IOException("the client has gone", broken);
      }
      written = at;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes. */
  void complete() {
    lock.lock();
    try {
      complete = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Hands everything to the client as it comes; returns when it is complete or the client gone. */
  void drain(OutputStream client) {
    long read = 0;
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    try {
      long upTo;
      while ((upTo = awaitBeyond(read)) > read) {
        chunk.clear().limit((int) Math.min(CHUNK, upTo - read));
        read += file.read(chunk, read);
        client.write(chunk.array(), 0, chunk.position());
        client.flush();
      }
    } catch (IOException e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new IOException("interrupted", e));
    }
  }

  private void fail(IOException why) {
    lock.lock();
    try {
      broken = why;
    } finally {
      lock.unlock();
    }
  }

  private long awaitBeyond(long read) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (written <= read && !complete) {
        changed.await();
      }
      return written;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
