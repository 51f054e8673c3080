package org.holdfast.gateway.accept;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The temporary file of a large body, written piece by piece on another thread, in order. Called
 * from one thread (the event loop), which never waits.
 */
final class BodyFile {

  private static final Logger log = LoggerFactory.getLogger(BodyFile.class);

  private final Path file;
  private final Executor writers;
  private final SpoolRoom.Share share;
  private final WriteRoom writes;
  private final AtomicLong unwritten = new AtomicLong();
  private CompletableFuture<Void> written;
  private @Nullable FileChannel channel;

  /**
   * @param share given back when the file is gone
   * @param writes counts what is on its way to the file
   */
  BodyFile(Path file, Executor writers, SpoolRoom.Share share, WriteRoom writes) {
    this.file = file;
    this.writers = writers;
    this.share = share;
    this.writes = writes;
    this.written = CompletableFuture.runAsync(this::create, writers);
  }

  /** Writes the octets after all that came before; the buffer is handed over. */
  CompletableFuture<Void> write(byte[] buffer, int length) {
    unwritten.addAndGet(length);
    writes.take(length);
    written =
        written
            .thenRunAsync(() -> writeFully(buffer, length), writers)
            .whenComplete((done, failure) -> through(length));
    return written;
  }

  private void through(int length) {
    unwritten.addAndGet(-length);
    writes.giveBack(length);
  }

  /** Octets on their way to the file. */
  long unwritten() {
    return unwritten.get();
  }

  /**
   * Completes when everything is in the file and the file is closed; exceptionally if it is not.
   */
  CompletableFuture<Void> close() {
    written = written.thenRunAsync(this::closeChannel, writers);
    return written;
  }

  /** Deletes the file once what is being written is through. Returns at once. */
  void delete() {
    var _ = written.whenCompleteAsync((done, failure) -> closeAndDelete(), writers);
  }

  Path path() {
    return file;
  }

  private void create() {
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeFully(byte[] buffer, int length) {
    FileChannel open = channel;
    if (open == null) {
      throw new IllegalStateException("not open: " + file);
    }
    ByteBuffer octets = ByteBuffer.wrap(buffer, 0, length);
    try {
      while (octets.hasRemaining()) {
        share.wrote(open.write(octets));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeChannel() {
    FileChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void closeAndDelete() {
    try {
      closeChannel();
      Files.deleteIfExists(file);
    } catch (IOException | UncheckedIOException e) {
      log.warn("temporary file {} stays until the next start: {}", file, e.toString());
    } finally {
      share.close();
    }
  }
}
