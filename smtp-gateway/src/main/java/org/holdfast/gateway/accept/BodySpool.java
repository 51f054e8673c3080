package org.holdfast.gateway.accept;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Where the bodies of one listener are kept while they are read. Thread-safe. */
final class BodySpool {

  private static final String SUFFIX = ".body";

  /** Octets on their way to files take at most this part of what bodies in memory may take. */
  private static final int PART_FOR_WRITES = 4;

  private final Path directory;
  private final String prefix;
  private final int threshold;
  private final BodyMemory memory;
  private final WriteRoom writes;
  private final SpoolRoom room;
  private final Executor writers;
  private final AtomicLong files = new AtomicLong();

  BodySpool(ListenerSettings settings, SpoolRoom room, Executor writers) {
    this.directory = settings.spool();
    this.prefix = settings.dialect().name().toLowerCase(Locale.ROOT) + "-";
    this.threshold = settings.memoryThreshold();
    this.memory = new BodyMemory(settings.memoryTotal());
    this.writes = new WriteRoom(settings.memoryTotal() / PART_FOR_WRITES);
    this.room = room;
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

  WriteRoom writes() {
    return writes;
  }

  /** Why a body of this declared size would get no room now; null when it would. */
  @Nullable Limit refusal(InetAddress client, long declared) {
    return declared <= threshold ? null : room.refusal(client, declared);
  }

  /** Room for one body; null: there is none. */
  SpoolRoom.@Nullable Share open(InetAddress client, long octets) {
    return room.open(client, octets);
  }

  BodyFile newFile(SpoolRoom.Share share) {
    Path file = directory.resolve(prefix + files.incrementAndGet() + SUFFIX);
    return new BodyFile(file, writers, share, writes);
  }
}
