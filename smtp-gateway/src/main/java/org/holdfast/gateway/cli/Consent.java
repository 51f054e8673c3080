package org.holdfast.gateway.cli;

import picocli.CommandLine.Option;

/**
 * Whether something may be done that no single word takes back. A person at a terminal is asked; a
 * script has to say {@code --yes}.
 */
final class Consent {

  @Option(
      names = "--yes",
      description = "Asks nothing. Needed without a terminal where a terminal would ask.")
  private boolean yes;

  /** Nobody has to be asked. */
  boolean given() {
    return yes;
  }

  /**
   * Asks when somebody is there; else {@code --yes} must have been said.
   *
   * @param would what would be done, such as {@code discard 4 000 deliveries for good}
   */
  boolean to(ClientOptions options, String would) {
    if (!yes && !options.person().present()) {
      throw options.misuse("this would " + would + "; to do it say --yes");
    }
    return atTerminal(options, would);
  }

  /** Asks when somebody is there; a script may. */
  boolean atTerminal(ClientOptions options, String would) {
    if (yes || options.person().agrees(would + "?")) {
      return true;
    }
    options.terminal().warn("nothing was done");
    return false;
  }
}
