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
  private CompletableFuture<Void> written;
  private @Nullable FileChannel channel;

  BodyFile(Path file, Executor writers) {
    this.file = file;
    this.writers = writers;
    this.written = CompletableFuture.runAsync(this::create, writers);
  }

  /** Writes the octets after all that came before; the buffer is handed over. */
  CompletableFuture<Void> write(byte[] buffer, int length) {
    written = written.thenRunAsync(() -> writeFully(buffer, length), writers);
    return written;
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
        open.write(octets);
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
    }
  }
}
