package org.holdfast.gateway.cli;

import java.nio.file.Path;
import org.holdfast.gateway.conf.Configuration;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.SettingsFile;
import org.jspecify.annotations.Nullable;

/**
 * Which configuration counts, and where relative paths in it begin. One that somebody names belongs
 * to the folder the command is called from, as every path of a command line does. Without one the
 * command does what it would do if it was called from the copy's own folder: the repository's root,
 * where {@code conf/holdfast.yaml} lies, or {@code /etc/holdfast} of an installed one.
 */
final class ConfigPath {

  private static final Path CALLED_FROM = Path.of("");

  private ConfigPath() {}

  /** The file: the one that is named, else the copy's own. */
  static Path of(@Nullable Path named) {
    return named == null ? byDefault() : named;
  }

  /** Reads it. */
  static Configuration read(@Nullable Path named) throws ConfigurationException {
    return SettingsFile.configuration(of(named), named == null ? home() : CALLED_FROM);
  }

  /** Relative when the working directory is the repository's root, so that complaints are short. */
  static Path byDefault() {
    String installed = installed();
    return installed.isEmpty() ? home().resolve("conf/holdfast.yaml") : Path.of(installed);
  }

  /** Where relative paths of the copy's own configuration begin. */
  static Path home() {
    Path installedIn = Path.of(installed()).getParent();
    if (installedIn != null) {
      return installedIn;
    }
    Path root = Path.of(System.getProperty("holdfast.root", ""));
    return root.equals(CALLED_FROM.toAbsolutePath()) ? CALLED_FROM : root;
  }

  /** The launcher of an installed copy says where the package put the file. */
  private static String installed() {
    return System.getProperty("holdfast.config", "");
  }
}
