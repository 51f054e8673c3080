package org.holdfast.gateway.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Removes what a peer left behind. */
final class Folders {

  private Folders() {}

  static void remove(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }

  /** Copies the files of a folder that has no others in it. */
  static void copy(Path folder, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
