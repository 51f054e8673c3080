package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.holdfast.gateway.admin.Configured;
import org.holdfast.gateway.conf.Configuration;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.LiveKeys;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again while the gateway runs. A file that a start would refuse changes
 * nothing; a key that needs a restart keeps its value, and is named every time until then.
 * Thread-safe.
 */
final class Reload implements Configured {

  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final Path file;
  private final Path base;
  private final Taking taking;

  // The lock of this object has one reload after the other, and protects both of these.

  /** Every key with the text that counts now. */
  private Map<String, String> runs;

  private boolean started;

  /** Takes the live keys of what was read. */
  @FunctionalInterface
  interface Taking {
    void take(Settings read, LiveKeys.Change change, By by);
  }

  /**
   * @param file absolute, so that who asks from elsewhere knows which is meant
   * @param running what the gateway was started with
   */
  Reload(Path file, Configuration running, Taking taking) {
    this.file = file;
    this.base = running.base();
    this.taking = taking;
    this.runs = running.texts();
  }

  /** Every part is there that has to hear of changes. */
  synchronized void started() {
    started = true;
  }

  @Override
  public synchronized Reread again(By by) throws ConfigurationException, NotStartedException {
    if (!started) {
      throw new NotStartedException();
    }
    try {
      refuseEmpty();
      Configuration read = SettingsFile.configuration(file, base);
      LiveKeys.Change change = LiveKeys.change(runs, read.texts());
      taking.take(read.settings(), change, by);
      runs = LiveKeys.applied(runs, read.texts());
      told(change);
      return new Reread(file.toString(), change);
    } catch (ConfigurationException e) {
      LOG.error("configuration not reloaded, nothing is changed: {}", e.getMessage());
      throw e;
    } catch (RuntimeException e) {
      LOG.error("configuration reloaded in part", e);
      throw e;
    }
  }

  /** A disk that was full, or a copy that broke off, leaves an empty file: nobody means that. */
  private void refuseEmpty() throws ConfigurationException {
    try {
      if (Files.readString(file).isBlank()) {
        throw new ConfigurationException(file + ": it is empty; that is not taken while running");
      }
    } catch (IOException _) {
      // whoever reads it next says what is wrong
    }
  }

  private static void told(LiveKeys.Change change) {
    if (change.restart().isEmpty()) {
      LOG.info("configuration reloaded: {}", change.line());
    } else {
      LOG.warn("configuration reloaded: {}", change.line());
    }
  }

  /** The same at a signal; answers one line for the service manager. */
  String now() {
    try {
      return "configuration reloaded: " + again(new By("gateway", "")).change().line();
    } catch (ConfigurationException | NotStartedException e) {
      return "configuration NOT reloaded: " + e.getMessage();
    } catch (RuntimeException e) {
      return "configuration reloaded in part: " + e;
    }
  }
}
