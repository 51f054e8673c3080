package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The folder of the embedded store, owned by one gateway at a time: {@code DATA/lock} is locked
 * while it runs.
 */
final class DataFolder implements AutoCloseable {

  /** Other people's mail is in it. */
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path folder, FileChannel channel, FileLock lock) {
    this.folder = folder;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Makes the folder where there is none and locks it.
   *
   * @throws IOException one line for people: it cannot be made, or another gateway has it
   */
  static DataFolder open(Path folder) throws IOException {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder, OWNER_ONLY);
      }
    } catch (IOException e) {
      throw new IOException("the data folder cannot be made: " + e.getMessage(), e);
    }
    FileChannel channel = lockFile(folder.resolve("lock"));
    FileLock lock = tryLock(channel);
    if (lock == null) {
      channel.close();
      throw new IOException(
          "another gateway is running on this data folder (" + folder + "/lock is locked)");
    }
    return new DataFolder(folder, channel, lock);
  }

  private static FileChannel lockFile(Path lock) throws IOException {
    try {
      return FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw new IOException(
          lock + " cannot be written by the user " + System.getProperty("user.name"), e);
    } catch (FileSystemException e) {
      throw new IOException(lock + " cannot be written: " + e.getReason(), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another gateway in this very process
    }
  }

  Path queue() {
    return folder.resolve("queue");
  }

  /** Copies of what of the queue's log does not read back right. */
  Path queueQuarantine() {
    return folder.resolve("queue/quarantine");
  }

  Path mapLog() {
    return folder.resolve("map/log");
  }

  Path mapQuarantine() {
    return folder.resolve("map/quarantine");
  }

  Path mapView() {
    return folder.resolve("map/view");
  }

  /** What the page's plots remember over a restart. */
  Path history() {
    return folder.resolve("history");
  }

  /** Temporary files of large bodies on their way in. */
  Path spool(String door) throws IOException {
    return Files.createDirectories(folder.resolve("spool").resolve(door));
  }

  Path root() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
