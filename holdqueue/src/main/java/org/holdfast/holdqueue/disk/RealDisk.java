package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The machine's own file system. */
public final class RealDisk implements Disk {

  @Override
  public DiskFile create(Path file) throws IOException {
    return new RealFile(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new RealFile(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.delete(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> String.valueOf(f.getFileName()))
          .sorted()
          .toList();
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath();
    if (Files.isDirectory(absolute)) {
      return;
    }
    Path above = absolute.getParent();
    if (above == null) {
      throw new NoSuchFileException(absolute.toString());
    }
    createDirectories(above);
    Files.createDirectory(absolute);
    syncDirectory(above);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (var channel = RealFile.channel(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public long freeSpace(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }
}
