package org.holdfast.gateway.cli;

import java.io.IOException;

/**
 * Follows something over a gateway's absence: says once that it is away, and once that it is back.
 */
final class Reconnect {

  private final Terminal terminal;
  private boolean away;

  Reconnect(Terminal terminal) {
    this.terminal = terminal;
  }

  /** One look at the gateway. */
  interface Look {
    void run() throws IOException, InterruptedException;
  }

  /** Looks, if somebody answers. */
  void look(Look look) throws IOException, InterruptedException {
    try {
      look.run();
      if (away) {
        terminal.warn("holdfast: the gateway is back");
      }
      away = false;
    } catch (GatewayUnreachableException e) {
      if (!away) {
        terminal.warn("holdfast: " + e.getMessage() + "; waiting for it");
      }
      away = true;
    }
  }
}
