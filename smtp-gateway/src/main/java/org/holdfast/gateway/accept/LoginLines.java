package org.holdfast.gateway.accept;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each client that has shown who it is. Who failed is in the {@link RejectLog}. */
final class LoginLines {

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.accept");

  private LoginLines() {}

  /**
   * It has proved to be somebody.
   *
   * @param how in words
   */
  static void proved(Peer peer, String name, String how) {
    log.atInfo()
        .setMessage("login")
        .addKeyValue("client", peer.logged())
        .addKeyValue("helo", peer.helo())
        .addKeyValue("login", name)
        .addKeyValue("status", "accepted")
        .addKeyValue("reply", how)
        .log();
  }
}
