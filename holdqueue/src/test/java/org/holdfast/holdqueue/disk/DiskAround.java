package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Code between its user and another disk that gets one thing wrong: what an implementation does not
 * override goes through as it is.
 */
public interface DiskAround extends Disk {

  /** The other disk. */
  Disk disk();

  /** What stands between its user and each file. */
  DiskFile around(DiskFile file);

  @Override
  default DiskFile create(Path file) throws IOException {
    return around(disk().create(file));
  }

  @Override
  default DiskFile open(Path file) throws IOException {
    return around(disk().open(file));
  }

  @Override
  default void rename(Path from, Path to) throws IOException {
    disk().rename(from, to);
  }

  @Override
  default void delete(Path file) throws IOException {
    disk().delete(file);
  }

  @Override
  default List<String> list(Path directory) throws IOException {
    return disk().list(directory);
  }

  @Override
  default void createDirectories(Path directory) throws IOException {
    disk().createDirectories(directory);
  }

  @Override
  default void syncDirectory(Path directory) throws IOException {
    disk().syncDirectory(directory);
  }

  @Override
  default long freeSpace(Path directory) throws IOException {
    return disk().freeSpace(directory);
  }

  /** The same for one file. */
  interface FileAround extends DiskFile {

    /** The other disk's file. */
    DiskFile file();

    @Override
    default int read(ByteBuffer to, long at) throws IOException {
      return file().read(to, at);
    }

    @Override
    default void write(ByteBuffer from, long at) throws IOException {
      file().write(from, at);
    }

    @Override
    default void force() throws IOException {
      file().force();
    }

    @Override
    default long size() throws IOException {
      return file().size();
    }

    @Override
    default void truncate(long size) throws IOException {
      file().truncate(size);
    }

    @Override
    default void zero(long from, long to) throws IOException {
      file().zero(from, to);
    }

    @Override
    default void close() throws IOException {
      file().close();
    }
  }
}
