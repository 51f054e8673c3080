package org.holdfast.gateway.cli;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.holdfast.gateway.conf.Units;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code queue ...}: what is held, and what to do with it. */
@Command(
    name = "queue",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = QueueExportCommand.class,
    description = {
      "What is held, and what to do with it.",
      "",
      "A delivery (one message for one recipient) is",
      "",
      "  held      its user, pair, domain or everything is on hold",
      "  ready     waiting its turn",
      "  deferred  waiting for a retry; the backend is in trouble",
      "  parked    waiting for a person: the backend refused it for good, or you parked it",
      "",
      "None of these expires."
    })
final class QueueCommands implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "a command is missing: summary, list, show, raw, retry, park, redirect, discard, export");
  }

  @Command(name = "summary", description = "Totals: by pair and state, oldest, disk left.")
  int summary(@Mixin ClientOptions options) throws Exception {
    try (AdminClient client = options.client()) {
      JsonNode answer = client.get("/v1/queue");
      if (options.json()) {
        Answers.json(options, answer);
      } else {
        summary(options, answer);
      }
      return ExitCode.DONE;
    }
  }

  /** The totals as a small table with a line below it. */
  static void summary(ClientOptions options, JsonNode queue) {
    Table table = new Table("PAIR", "HELD", "READY", "DEFERRED", "PARKED", "SIZE", "OLDEST");
    for (Map.Entry<String, JsonNode> pair : queue.path("byPair").properties()) {
      total(table, pair.getKey(), pair.getValue());
    }
    total(table, "(all)", queue);
    boolean empty = queue.path("messages").asLong(0) == 0;
    if (!empty) {
      table.print(options.terminal(), Terminal.width());
    }
    JsonNode disk = queue.path("disk");
    options
        .terminal()
        .line(
            "%s; disk: %s used, %s free"
                .formatted(
                    empty ? "nothing is held" : Answers.text(queue, "messages") + " message(s)",
                    Units.show(disk.path("used").asLong(0)),
                    Units.show(disk.path("free").asLong(0))));
    String trouble = Answers.text(queue, "trouble");
    if (!trouble.isEmpty()) {
      options.terminal().line("NEW MAIL IS REFUSED: " + Terminal.oneLine(trouble));
    }
  }

  private static void total(Table table, String name, JsonNode totals) {
    JsonNode states = totals.path("byState");
    String oldest = Answers.text(totals, "oldest");
    table.row(
        name,
        Answers.text(states, "held"),
        Answers.text(states, "ready"),
        Answers.text(states, "deferred"),
        Answers.text(states, "parked"),
        Units.show(totals.path("bytes").asLong(0)),
        oldest.isEmpty() ? "-" : Answers.age(oldest, Instant.now()) + " ago");
  }

  @Command(name = "list", description = "Held deliveries in the order of acceptance.")
  int list(
      @Mixin ClientOptions options,
      @Mixin QueueFilterOptions filter,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "At most so many; default ${DEFAULT-VALUE}.")
          int limit)
      throws Exception {
    try (AdminClient client = options.client()) {
      return Answers.table(
          options,
          new Pages(client, "/v1/queue/messages", filter.given(), limit),
          new String[] {
            "ID", "RECIPIENT", "SENDER", "PAIR", "STATE", "SIZE", "ACCEPTED", "TRIED", "LAST REPLY"
          },
          "id",
          "recipient",
          "sender",
          "pair",
          "state",
          "size",
          "accepted",
          "attempts",
          "lastReply");
    }
  }

  @Command(
      name = "show",
      description = "One message: its deliveries left, and the history of its attempts.")
  int show(@Mixin ClientOptions options, @Parameters(paramLabel = "ID") String id)
      throws Exception {
    try (AdminClient client = options.client()) {
      return Answers.show(options, client.get(message(id)));
    }
  }

  @Command(name = "raw", description = "Prints the message itself, octet for octet (RFC 5322).")
  int raw(@Mixin ClientOptions options, @Parameters(paramLabel = "ID") String id) throws Exception {
    try (AdminClient client = options.client()) {
      options
          .terminal()
          .octets(
              client.open(
                  "GET", message(id) + "/raw", "application/json", BodyPublishers.noBody()));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "retry",
      description = {
        "Makes deliveries due now; parked ones go back to their lanes.",
        "Give a message's ID, a filter, or --all."
      })
  int retry(
      @Mixin ClientOptions options,
      @Mixin QueueFilterOptions filter,
      @Parameters(paramLabel = "ID", arity = "0..1", description = "One message.")
          @Nullable String id,
      @Option(names = "--all", description = "Everything held.") boolean all)
      throws Exception {
    return act(options, "retry", id, filter, all, AdminClient.object());
  }

  @Command(
      name = "park",
      description = {
        "Sets deliveries aside for a person; their lanes go on.",
        "Give a message's ID, a filter, or --all."
      })
  int park(
      @Mixin ClientOptions options,
      @Mixin QueueFilterOptions filter,
      @Parameters(paramLabel = "ID", arity = "0..1", description = "One message.")
          @Nullable String id,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason,
      @Option(names = "--all", description = "Everything held.") boolean all)
      throws Exception {
    ObjectNode body = AdminClient.object();
    if (reason != null) {
      body.put("reason", reason);
    }
    return act(options, "park", id, filter, all, body);
  }

  @Command(
      name = "redirect",
      description = "Gives a message another recipient, of the map; it joins that user's lane.")
  int redirect(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--to", paramLabel = "ADDRESS", required = true, description = "To whom.")
          String to,
      @Option(
              names = "--recipient",
              paramLabel = "A",
              description = "Only the delivery for this recipient.")
          @Nullable String recipient)
      throws Exception {
    ObjectNode body = AdminClient.object().put("to", to);
    return onMessage(options, "redirect", id, recipient, body);
  }

  @Command(
      name = "discard",
      description = {
        "Takes deliveries out of the queue for good; the log and the events keep who and why.",
        "Give a message's ID, a filter, or --all."
      })
  int discard(
      @Mixin ClientOptions options,
      @Mixin QueueFilterOptions filter,
      @Parameters(paramLabel = "ID", arity = "0..1", description = "One message.")
          @Nullable String id,
      @Option(names = "--reason", paramLabel = "R", required = true, description = "Why; kept.")
          String reason,
      @Option(names = "--all", description = "Everything held.") boolean all)
      throws Exception {
    return act(options, "discard", id, filter, all, AdminClient.object().put("reason", reason));
  }

  private static int act(
      ClientOptions options,
      String action,
      @Nullable String id,
      QueueFilterOptions filter,
      boolean all,
      ObjectNode body)
      throws Exception {
    Map<String, @Nullable Object> given = new LinkedHashMap<>(filter.given());
    if (id != null && !all && given.keySet().stream().allMatch("recipient"::equals)) {
      return onMessage(options, action, id, filter.recipient(), body);
    }
    if (id != null || given.isEmpty() != all) {
      throw options.misuse("give an ID (with --recipient, if you like), or a filter, or --all");
    }
    body.put("action", action).put("all", all);
    if (!all) {
      body.set("filter", AdminClient.JSON.valueToTree(given));
    }
    return tell(options, action, "/v1/queue/actions", body);
  }

  private static int onMessage(
      ClientOptions options, String action, String id, @Nullable String recipient, ObjectNode body)
      throws Exception {
    if (recipient != null) {
      body.put("recipient", recipient);
    }
    return tell(options, action, message(id) + "/" + action, body);
  }

  private static int tell(ClientOptions options, String action, String path, ObjectNode body)
      throws Exception {
    try (AdminClient client = options.client()) {
      JsonNode answer = client.post(path, body);
      return Answers.done(
          options, action + ": " + Answers.text(answer, "affected") + " deliveries", answer);
    }
  }

  static String message(String id) {
    return "/v1/queue/messages/" + AdminClient.segment(id);
  }
}
