package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.holdfast.holdqueue.disk.RealDisk;

/** A throw-away folder in {@code -Dbench.folder}, or where temporary files go. */
final class BenchmarkFolder {

  private BenchmarkFolder() {}

  static Path make() {
    String where = System.getProperty("bench.folder", System.getProperty("java.io.tmpdir", "."));
    try {
      return Files.createTempDirectory(Path.of(where), "holdfast-jmh");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A log in it, as a gateway has it. */
  static SegmentLog log(Path folder) {
    try {
      return SegmentLog.open(
          new RealDisk(),
          folder.resolve("log"),
          folder.resolve("quarantine"),
          LogSettings.usual(),
          new Random(1));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }
}
