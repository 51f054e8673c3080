package org.holdfast.gateway.cli;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** What an action is about: one message, one delivery of it, what a filter finds, or everything. */
final class ActionTarget {

  @Parameters(paramLabel = "ID", arity = "0..1", description = "One message.")
  private @Nullable String id;

  @Mixin private @Nullable QueueFilterOptions filter;

  @Option(names = "--all", description = "Everything held.")
  private boolean all;

  @Option(
      names = "--dry-run",
      description = "Says how many deliveries it is about and shows the first; changes nothing.")
  private boolean dryRun;

  @Mixin private @Nullable Consent consent;

  boolean dryRun() {
    return dryRun;
  }

  Consent consent() {
    return Objects.requireNonNull(consent);
  }

  /**
   * A request: where to, and what to say there.
   *
   * @param wide whether it is about whatever a filter finds, and not about one message
   */
  record Request(String path, ObjectNode body, boolean wide) {}

  /** The request of an action; {@code body} has what the action says besides. */
  Request request(ClientOptions options, String action, ObjectNode body) {
    QueueFilterOptions its = Objects.requireNonNull(filter);
    Map<String, @Nullable Object> given = its.given(options);
    String message = id;
    if (message != null && !all && given.keySet().stream().allMatch("recipient"::equals)) {
      if (its.recipient() != null) {
        body.put("recipient", its.recipient());
      }
      return new Request(QueueCommands.message(message) + "/" + action, body, false);
    }
    if (message != null || given.isEmpty() != all) {
      throw options.misuse("give an ID (with --recipient, if you like), or a filter, or --all");
    }
    body.put("action", action).put("all", all);
    if (!all) {
      ObjectNode asked = body.putObject("filter");
      given.forEach((name, value) -> asked.put(name, String.valueOf(value)));
    }
    return new Request("/v1/queue/actions", body, true);
  }
}
