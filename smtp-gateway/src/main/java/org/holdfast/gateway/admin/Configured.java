package org.holdfast.gateway.admin;

import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.LiveKeys;

/** The configuration, which can be read again while the gateway runs. Thread-safe. */
@FunctionalInterface
public interface Configured {

  /**
   * Reads the file again: keys that are live count at once. Blocks on files.
   *
   * @param by who asks, for the events
   * @throws ConfigurationException a start would refuse the file; nothing is changed
   * @throws NotStartedException the gateway is still starting; nothing is changed
   */
  Reread again(By by) throws ConfigurationException, NotStartedException;

  /** Somebody, and from where: an address, or nothing for a signal. */
  record By(String who, String from) {}

  /**
   * What was read.
   *
   * @param file absolute
   */
  record Reread(String file, LiveKeys.Change change) {}

  /** Not every part is there yet that would have to hear of it. */
  final class NotStartedException extends Exception {
    private static final long serialVersionUID = 1L;

    public NotStartedException() {
      super("the gateway is still starting; it has just read the file");
    }
  }
}
