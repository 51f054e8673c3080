package org.holdfast.gateway.cli;

import java.nio.file.Path;

/**
 * Where the configuration lies when nobody says: where the launcher of an installed copy says, else
 * {@code conf/holdfast.yaml} of the repository.
 */
final class ConfigPath {

  private ConfigPath() {}

  /** Relative when the working directory is the repository's root, so that complaints are short. */
  static Path byDefault() {
    String installed = System.getProperty("holdfast.config", "");
    if (!installed.isEmpty()) {
      return Path.of(installed);
    }
    Path inRoot = Path.of("conf", "holdfast.yaml");
    String root = System.getProperty("holdfast.root", "");
    boolean here = root.isEmpty() || Path.of(root).equals(Path.of("").toAbsolutePath());
    return here ? inRoot : Path.of(root).resolve(inRoot);
  }
}
