package org.holdfast.gateway.cli;

import java.time.Duration;
import org.holdfast.gateway.conf.Units;

/**
 * How far a {@code store} command has come, on one line of stderr, for a person at a terminal; for
 * anybody else nothing. One thread.
 */
final class StoreProgress implements AutoCloseable {

  private static final long EVERY_NANOS = Duration.ofMillis(500).toNanos();

  /** Goes to the line's begin and clears it. */
  private static final String CLEAR = "\r\033[K";

  private final Terminal terminal;
  private final long total;
  private long next = System.nanoTime() + EVERY_NANOS;
  private boolean shown;

  /**
   * @param total octets of the whole log
   */
  StoreProgress(Terminal terminal, long total) {
    this.terminal = terminal;
    this.total = total;
  }

  /** This much of the log was looked at. */
  void looked(long octets) {
    if (due()) {
      say("read %s of %s".formatted(Units.show(octets), Units.show(total)));
    }
  }

  /** So many messages were written out. */
  void written(long messages) {
    if (due()) {
      say("%d messages written".formatted(messages));
    }
  }

  private boolean due() {
    return terminal.colours() && System.nanoTime() - next >= 0;
  }

  private void say(String text) {
    next = System.nanoTime() + EVERY_NANOS;
    shown = true;
    terminal.status(CLEAR + text);
  }

  /** Makes room for what is to be printed. */
  void clear() {
    if (shown) {
      terminal.status(CLEAR);
      shown = false;
    }
  }

  @Override
  public void close() {
    clear();
  }
}
