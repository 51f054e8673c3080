package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.holdfast.gateway.path.DelayNotices;
import org.jspecify.annotations.Nullable;

/**
 * {@code DATA/queue/delay-notices}: one line, the place in the queue up to which senders were told
 * of delays. A new one is written beside it, synced, and takes its name. One thread.
 */
final class DelayMark implements DelayNotices.Mark {

  private final Path file;

  DelayMark(Path folder) {
    this.file = folder.resolve("delay-notices");
  }

  @Override
  public @Nullable String read() throws IOException {
    try {
      String line = Files.readString(file).strip();
      return line.isEmpty() ? null : line;
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  @Override
  public void write(String cursor) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer line = StandardCharsets.US_ASCII.encode(cursor + "\n");
      while (line.hasRemaining()) {
        channel.write(line);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
