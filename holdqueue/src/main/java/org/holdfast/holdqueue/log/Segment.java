package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import org.holdfast.holdqueue.disk.DiskFile;

/**
 * One file of the log. {@code length} is how much of it is data on stable storage; the writer alone
 * raises it.
 */
final class Segment {

  static final String SUFFIX = ".log";

  private final long base;
  private final Path path;
  private final DiskFile file;
  private volatile long length;

  Segment(long base, Path path, DiskFile file, long length) {
    this.base = base;
    this.path = path;
    this.file = file;
    this.length = length;
  }

  static String name(long base) {
    return String.format(Locale.ROOT, "%016x%s", base, SUFFIX);
  }

  /** The base in a segment's name; empty when the name is not a segment's. */
  static OptionalLong base(String name) {
    if (!name.matches("[0-7][0-9a-f]{15}\\.log")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(name.substring(0, 16), 16));
  }

  long base() {
    return base;
  }

  Path path() {
    return path;
  }

  DiskFile file() {
    return file;
  }

  long length() {
    return length;
  }

  void length(long now) {
    length = now;
  }

  /** The position after the last durable octet. */
  long end() {
    return base + length;
  }

  void close() throws IOException {
    file.close();
  }
}
