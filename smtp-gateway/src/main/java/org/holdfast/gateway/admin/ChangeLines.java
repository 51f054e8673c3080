package org.holdfast.gateway.admin;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import tools.jackson.databind.JsonNode;

/**
 * One line for each change in the log that the mail's lines are in, so that one search finds the
 * whole story of an address; the {@link AuditLog} has all of it. A list of flips is one line,
 * however many there were. {@code docs/logs.md} has the fields.
 */
final class ChangeLines {

  /** Users that a line about many names. */
  static final int NAMED = 10;

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.change");

  private ChangeLines() {}

  /** Somebody changed one thing. */
  static void one(AuditEvent event) {
    JsonNode after = event.after();
    LoggingEventBuilder line = begun(event.what(), List.of(event.target()), event.who());
    line = event.from().isEmpty() ? line : line.addKeyValue("client", event.from());
    String state = text(after, "state");
    line = state == null ? line : line.addKeyValue("state", state);
    String affected = text(after, "affected");
    line = affected == null ? line : line.addKeyValue("affected", affected);
    line.addKeyValue("reply", event.why()).log();
  }

  /**
   * Somebody flipped many users by one call.
   *
   * @param named the first of them, {@link #NAMED} at most
   * @param states that were set
   * @param changed how many there were; none: no line
   */
  static void ofUsers(Caller by, List<String> named, Collection<String> states, long changed) {
    if (changed == 0) {
      return;
    }
    LoggingEventBuilder line = begun("user.state", named, by.name());
    line = by.from().isEmpty() ? line : line.addKeyValue("client", by.from());
    long more = changed - named.size();
    line = more == 0 ? line : line.addKeyValue("more", more);
    line.addKeyValue("state", String.join(",", states))
        .addKeyValue("affected", changed)
        .addKeyValue("reply", "by a list")
        .log();
  }

  /** Somebody who tried to log in waits for the mailbox from now on. */
  static void asked(Caller by, String client, String user, String pair, long before) {
    LoggingEventBuilder line = begun("user.asked", List.of(user), by.name());
    line = by.from().isEmpty() ? line : line.addKeyValue("client", by.from());
    line = client.isEmpty() ? line : line.addKeyValue("orig_client", client);
    line.addKeyValue("pair", pair)
        .addKeyValue("position", before + 1)
        .addKeyValue("reply", "first login attempt")
        .log();
  }

  private static LoggingEventBuilder begun(String what, List<String> targets, String who) {
    return log.atInfo()
        .setMessage("change")
        .addKeyValue("what", what)
        .addKeyValue("target", targets)
        .addKeyValue("by", who);
  }

  private static @Nullable String text(@Nullable JsonNode tree, String field) {
    JsonNode found = tree == null ? null : tree.get(field);
    return found == null || found.isContainer() || found.isNull() ? null : found.asString();
  }
}
