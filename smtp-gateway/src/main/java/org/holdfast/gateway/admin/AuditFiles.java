package org.holdfast.gateway.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the events: {@code events.log} and those set aside, {@code events.log.1} the newest.
 * One JSON object a line, in the order of their ids. Not thread-safe; what {@link #readers} hands
 * out is another thread's.
 *
 * <p>A file is set aside when it is full, or when its first event is older than a tenth of the time
 * for which events are kept, and deleted when its last one is older than that time: so nothing is
 * kept for longer than that time and a tenth.
 */
final class AuditFiles implements AutoCloseable {

  /** A file this large is set aside. */
  static final long MAX_FILE_BYTES = 16L * 1024 * 1024;

  /** Files set aside; older ones are deleted. */
  static final int MAX_OLD_FILES = 16;

  /** A file is set aside after this part of the time for which events are kept. */
  private static final int PARTS = 10;

  private static final byte[] NEW_LINE = {'\n'};

  private final Path file;
  private final long maxFileBytes;
  private final Duration keep;
  private FileChannel out;

  /** When the first event of the current file was written; null while it is empty. */
  private @Nullable Instant began;

  /** The last line may lack its end, because the disk failed or was full. */
  private boolean torn;

  AuditFiles(Path file, long maxFileBytes, Duration keep) throws IOException {
    this.file = file;
    this.maxFileBytes = maxFileBytes;
    this.keep = keep;
    Files.createDirectories(file.toAbsolutePath().getParent());
    this.out = openForAppend(file);
    endTornLine();
    try (AuditReader current = AuditReader.of(file)) {
      this.began = current.began();
    }
  }

  /** Adds lines, each with its end. When this fails the lines may be there all the same. */
  void append(byte[] lines, Instant now) throws IOException {
    if (torn) {
      write(NEW_LINE);
    }
    began = began == null ? now : began;
    torn = true;
    write(lines);
    torn = false;
    if (out.size() >= maxFileBytes) {
      rotate();
    }
  }

  private void write(byte[] octets) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(octets);
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** What is written goes here; closed, and safe on disk, once the file is set aside. */
  FileChannel current() {
    return out;
  }

  /** Sets aside and deletes what is old. */
  void tidy(Instant now) throws IOException {
    if (began != null && began.plus(keep.dividedBy(PARTS)).isBefore(now)) {
      rotate();
    }
    for (int i = MAX_OLD_FILES; i >= 1; i--) {
      Path old = old(i);
      if (Files.exists(old)
          && Files.getLastModifiedTime(old).toInstant().plus(keep).isBefore(now)) {
        Files.delete(old);
      }
    }
  }

  private void rotate() throws IOException {
    out.force(false);
    out.close();
    try {
      shift();
      began = null;
    } finally {
      out = openForAppend(file); // the same one again where it could not be moved
    }
  }

  private void shift() throws IOException {
    Files.deleteIfExists(old(MAX_OLD_FILES));
    for (int i = MAX_OLD_FILES - 1; i >= 1; i--) {
      if (Files.exists(old(i))) {
        Files.move(old(i), old(i + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(file, old(1));
  }

  /** All files as they are now, the newest first; to be closed by whoever takes them. */
  List<AuditReader> readers() throws IOException {
    List<AuditReader> readers = new ArrayList<>();
    try {
      readers.add(AuditReader.of(file));
      for (int i = 1; i <= MAX_OLD_FILES; i++) {
        if (Files.exists(old(i))) {
          readers.add(AuditReader.of(old(i)));
        }
      }
      return readers;
    } catch (IOException | UncheckedIOException e) {
      for (AuditReader reader : readers) {
        reader.close();
      }
      throw e;
    }
  }

  private Path old(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static FileChannel openForAppend(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  // A crash may have left half a line: the next event must not be glued to it.
  private void endTornLine() throws IOException {
    if (out.size() > 0 && lastByte() != '\n') {
      write(NEW_LINE);
    }
  }

  private byte lastByte() throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      in.read(one, in.size() - 1);
    }
    return one.get(0);
  }

  @Override
  public void close() throws IOException {
    try (FileChannel last = out) {
      last.force(false);
    }
  }
}
