package org.holdfast.gateway.accept;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/** Where the bodies of one listener are kept while they are read. Thread-safe. */
final class BodySpool {

  private static final String SUFFIX = ".body";

  private final Path directory;
  private final String prefix;
  private final int threshold;
  private final BodyMemory memory;
  private final Executor writers;
  private final AtomicLong files = new AtomicLong();

  BodySpool(ListenerSettings settings, Executor writers) {
    this.directory = settings.spool();
    this.prefix = settings.dialect().name().toLowerCase(Locale.ROOT) + "-";
    this.threshold = settings.memoryThreshold();
    this.memory = new BodyMemory(settings.memoryTotal());
    this.writers = writers;
  }

  /** Deletes what a process that died has left. Before the first body is read. */
  void clear() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, prefix + "*" + SUFFIX)) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
  }

  /** Octets of one body that stay in memory. */
  int threshold() {
    return threshold;
  }

  BodyMemory memory() {
    return memory;
  }

  BodyFile newFile() {
    return new BodyFile(directory.resolve(prefix + files.incrementAndGet() + SUFFIX), writers);
  }
}
