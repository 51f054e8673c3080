package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskFile;

/**
 * Code that forgets to write records of some types: what begins with one is not written. The first
 * octets of a record are "HFR1", its version and its type.
 */
record ForgetfulDisk(Disk disk, Set<Integer> types) implements Disk {

  private static final int MAGIC = 0x48465231;
  private static final int TYPE = 5;

  @Override
  public DiskFile create(Path file) throws IOException {
    return new ForgetfulFile(disk.create(file), types);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new ForgetfulFile(disk.open(file), types);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    disk.delete(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    disk.createDirectories(directory);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    disk.syncDirectory(directory);
  }

  @Override
  public long freeSpace(Path directory) throws IOException {
    return disk.freeSpace(directory);
  }

  private record ForgetfulFile(DiskFile file, Set<Integer> types) implements DiskFile {

    @Override
    public int read(ByteBuffer to, long at) throws IOException {
      return file.read(to, at);
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      int start = from.position();
      boolean record = from.remaining() > TYPE && from.getInt(start) == MAGIC;
      if (!record || !types.contains(from.get(start + TYPE) & 0xFF)) {
        file.write(from, at);
      }
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void zero(long from, long to) throws IOException {
      file.zero(from, to);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
