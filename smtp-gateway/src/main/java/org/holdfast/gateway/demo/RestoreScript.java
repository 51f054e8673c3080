package org.holdfast.gateway.demo;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.util.Map;

/**
 * What a backend's restore script does for one user: makes the mailbox on the new server, copies
 * what the old disk holds, and only then calls the gateway back. It knows nothing of queues.
 */
final class RestoreScript {

  private final DemoMember salvaged;
  private final DemoPair home;
  private final AdminApi gateway;

  RestoreScript(DemoMember salvaged, DemoPair home, AdminApi gateway) {
    this.salvaged = salvaged;
    this.home = home;
    this.gateway = gateway;
  }

  /** Returns how many messages were copied. */
  int copy(String user) throws MessagingException {
    home.createMailbox(user);
    try (ImapInbox from = new ImapInbox(salvaged.imap(), user);
        ImapInbox to = new ImapInbox(home.active().imap(), user)) {
      return from.copyTo(to);
    }
  }

  /** "This user is in order, and lives here now." */
  void callBack(String user) throws IOException, InterruptedException {
    gateway.setState(user, Map.of("state", "active", "pair", home.name()));
  }
}
