package org.holdfast.gateway.accept;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.holdfast.gateway.path.Inbound;
import org.jspecify.annotations.Nullable;

/**
 * The content of one message, given back when the last reader has released it. Thread-safe.
 *
 * <p>Memory is never reused for another message, so a reader that comes too late reads the right
 * octets or, for a file, nothing; never those of somebody else.
 */
abstract class CountedBody implements Inbound.Body {

  private final AtomicInteger readers = new AtomicInteger(1);
  private final Runnable whenUnused;

  private CountedBody(Runnable whenUnused) {
    this.whenUnused = whenUnused;
  }

  /** In memory: the first {@code size} octets of the buffer, which is handed over. */
  static CountedBody inMemory(byte[] buffer, int size, Runnable whenUnused) {
    return new InMemory(buffer, size, whenUnused);
  }

  /** In a file, which {@code whenUnused} deletes. */
  static CountedBody inFile(Path file, long size, Runnable whenUnused) {
    return new InFile(file, size, whenUnused);
  }

  @Override
  public Inbound.Body retain() {
    if (readers.getAndIncrement() <= 0) {
      throw new IllegalStateException("body was given back already");
    }
    return this;
  }

  @Override
  public void release() {
    int left = readers.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("body released too often");
    }
    if (left == 0) {
      whenUnused.run();
    }
  }

  private static final class InMemory extends CountedBody {

    private final byte[] buffer;
    private final int size;

    InMemory(byte[] buffer, int size, Runnable whenUnused) {
      super(whenUnused);
      this.buffer = buffer;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(buffer, 0, size);
    }

    @Override
    public ByteBuffer inMemory() {
      return ByteBuffer.wrap(buffer, 0, size).slice().asReadOnlyBuffer();
    }
  }

  private static final class InFile extends CountedBody {

    private final Path file;
    private final long size;

    InFile(Path file, long size, Runnable whenUnused) {
      super(whenUnused);
      this.file = file;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(file);
    }

    @Override
    public @Nullable ByteBuffer inMemory() {
      return null;
    }
  }
}
