package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Has SQLite's native code loaded before anything needs it: a gateway that cannot is not started.
 * It is unpacked into the data folder, which is ours, and deleted as soon as it is loaded: so a
 * temporary folder that allows no execution does no harm, and a kill leaves nothing behind.
 */
final class NativeLibrary {

  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

  /** The library's own setting; an operator's choice stands. */
  private static final String FOLDER = "org.sqlite.tmpdir";

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads it, once for the process.
   *
   * @throws IOException one line for people: no folder allows it
   */
  static synchronized void load(Path data) throws IOException {
    if (loaded) {
      return;
    }
    String chosen = System.getProperty(FOLDER);
    loaded = chosen == null ? loadFrom(data.resolve("native")) || load() : load();
    if (!loaded) {
      throw new IOException(
          "SQLite's native code can be loaded from none of "
              + (chosen == null ? data + " and " + System.getProperty("java.io.tmpdir") : chosen)
              + ": a folder is needed that allows writing and execution (not mounted noexec); name"
              + " it in HOLDFAST_JAVA_OPTS=\"-Xmx512m -D"
              + FOLDER
              + "=FOLDER\"");
    }
  }

  private static boolean loadFrom(Path folder) {
    try {
      clear(folder);
      Files.createDirectories(folder);
      System.setProperty(FOLDER, folder.toString());
      boolean done = load();
      clear(folder);
      return done;
    } catch (IOException e) {
      LOG.warn("{} cannot be used for native code: {}", folder, e.toString());
      return false;
    } finally {
      System.clearProperty(FOLDER);
    }
  }

  private static void clear(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  // The library throws Exception, and its native part whatever the linker says.
  private static boolean load() {
    try {
      return SQLiteJDBCLoader.initialize();
    } catch (Exception | LinkageError e) {
      LOG.warn("SQLite's native code was not loaded: {}", e.toString());
      return false;
    }
  }
}
