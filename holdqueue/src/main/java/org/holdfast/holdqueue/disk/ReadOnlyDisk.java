package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The machine's file system for somebody who must not change anything. Writing is refused. */
public final class ReadOnlyDisk implements Disk {

  private final RealDisk disk = new RealDisk();

  @Override
  public DiskFile open(Path file) throws IOException {
    return new RealFile(file, StandardOpenOption.READ);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public long freeSpace(Path directory) throws IOException {
    return disk.freeSpace(directory);
  }

  @Override
  public DiskFile create(Path file) {
    throw refused();
  }

  @Override
  public void rename(Path from, Path to) {
    throw refused();
  }

  @Override
  public void delete(Path file) {
    throw refused();
  }

  @Override
  public void createDirectories(Path directory) {
    throw refused();
  }

  @Override
  public void syncDirectory(Path directory) {
    throw refused();
  }

  private static UnsupportedOperationException refused() {
    return new UnsupportedOperationException("this disk is for reading only");
  }
}
