package org.holdfast.routing;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The simplest log in a file: (position, length, body)*, synced at each append. For tests only. */
final class FileChangeLog implements ChangeLog {

  private final Path file;
  private FileChannel channel;
  private volatile long last;

  FileChangeLog(Path file) throws IOException {
    this.file = file;
    this.channel = opened(file);
    replay(0, (position, _) -> last = position);
  }

  private static FileChannel opened(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  @Override
  public long append(List<byte[]> bodies) throws IOException {
    long position = last;
    for (byte[] body : bodies) {
      position++;
      write(channel, position, body);
    }
    channel.force(false);
    last = position;
    return position;
  }

  private static void write(FileChannel to, long position, byte[] body) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(12 + body.length);
    record.putLong(position).putInt(body.length).put(body).flip();
    while (record.hasRemaining()) {
      to.write(record);
    }
  }

  @Override
  public void replay(long after, Reader reader) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      long left = Files.size(file);
      while (left > 0) {
        long position = in.readLong();
        byte[] body = in.readNBytes(in.readInt());
        left -= 12 + body.length;
        if (position > after) {
          reader.record(position, body);
        }
      }
    }
  }

  @Override
  public long last() {
    return last;
  }

  @Override
  public long octetsAfter(long position) {
    return position >= last ? 0 : file.toFile().length();
  }

  @Override
  public Replacement replacement() throws IOException {
    return new Fresh(file.resolveSibling(file.getFileName() + ".new"));
  }

  private final class Fresh implements Replacement {

    private final Path fresh;
    private final FileChannel to;
    private final long base = last + 1_000_000_000;
    private long next = base;

    Fresh(Path fresh) throws IOException {
      Files.deleteIfExists(fresh);
      this.fresh = fresh;
      this.to = opened(fresh);
    }

    @Override
    public void append(List<byte[]> records) throws IOException {
      for (byte[] body : records) {
        write(to, ++next, body);
      }
    }

    @Override
    public void sync() throws IOException {
      to.force(true);
    }

    @Override
    public long replace(long seen) throws IOException {
      if (seen != last) {
        throw new IOException("the log has grown");
      }
      to.force(true);
      channel.close();
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      channel = opened(file);
      last = next;
      return last;
    }

    @Override
    public void close() {
      try {
        to.close();
        Files.deleteIfExists(fresh);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
