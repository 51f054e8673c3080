package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The only door to files for everything that must survive a crash. Thread-safe.
 *
 * <p>A name that was created, renamed or deleted is on stable storage only after {@link
 * #syncDirectory}; octets only after {@link DiskFile#force}.
 */
public interface Disk {

  /** Makes a new, empty file; fails when there is one of that name. */
  DiskFile create(Path file) throws IOException;

  /** Opens an existing file for reading and writing. */
  DiskFile open(Path file) throws IOException;

  /** Renames within a file system, atomically, over what is there. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file; fails when there is none. */
  void delete(Path file) throws IOException;

  /** Names of the files in a directory, sorted. */
  List<String> list(Path directory) throws IOException;

  /** Makes a directory and what is missing above it, names synced. */
  void createDirectories(Path directory) throws IOException;

  /** Puts a directory's entries on stable storage. */
  void syncDirectory(Path directory) throws IOException;

  /** Octets that can still be written below this directory. */
  long freeSpace(Path directory) throws IOException;
}
