package org.holdfast.gateway.wiring;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiConsumer;
import org.holdfast.gateway.conf.Configuration;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.LiveKeys;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again while the gateway runs. A file that a start would refuse changes
 * nothing; a key that needs a restart keeps its value, and is named every time until then. For one
 * thread.
 */
final class Reload {

  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final Path file;
  private final BiConsumer<Settings, LiveKeys.Change> apply;

  /** Every key with the text that counts now. */
  private Map<String, String> runs;

  /**
   * @param running what the gateway was started with
   * @param apply takes the live keys of what was read
   */
  Reload(Path file, Configuration running, BiConsumer<Settings, LiveKeys.Change> apply) {
    this.file = file;
    this.runs = running.texts();
    this.apply = apply;
  }

  /** Reads and applies; returns one line for people, which stands in the log too. */
  String now() {
    try {
      Configuration read = SettingsFile.configuration(file);
      LiveKeys.Change change = LiveKeys.change(runs, read.texts());
      apply.accept(read.settings(), change);
      runs = LiveKeys.applied(runs, read.texts());
      String line = "configuration reloaded: " + change.line();
      if (change.restart().isEmpty()) {
        LOG.info("{}", line);
      } else {
        LOG.warn("{}", line);
      }
      return line;
    } catch (ConfigurationException e) {
      LOG.error("configuration not reloaded, nothing is changed: {}", e.getMessage());
      return "configuration NOT reloaded: " + e.getMessage();
    } catch (RuntimeException e) {
      LOG.error("configuration reloaded in part", e);
      return "configuration reloaded in part: " + e;
    }
  }
}
