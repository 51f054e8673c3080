package org.holdfast.gateway.cli;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
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

  @Command(
      name = "summary",
      footer = {"", "Examples:", "  holdfast queue summary", "  holdfast queue summary --follow"},
      description = {
        "Totals: by pair and state, oldest, disk left.",
        "With --follow: what is being released, every second, until nothing is left of it (exit 0)."
      })
  int summary(
      @Mixin ClientOptions options,
      @Option(
              names = "--follow",
              description =
                  "Done, left, rate and expected end of each pair; --json: a line a look.")
          boolean follow)
      throws Exception {
    try (AdminClient client = options.client()) {
      if (follow) {
        return new ReleaseFollow(options, client).run();
      }
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
      table.print(options.terminal());
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

  @Command(
      name = "list",
      footer = {
        "",
        "Examples:",
        "  holdfast queue list --state parked",
        "  holdfast queue list --recipient alice@example.com --limit 20"
      },
      description = "Held deliveries in the order of acceptance.")
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
          new Pages(client, "/v1/queue/messages", filter.given(options), limit),
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
      footer = {"", "Examples:", "  holdfast queue show 4f7c2d"},
      description = "One message: its deliveries left, and the history of its attempts.")
  int show(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "ID", description = "The message.") String id)
      throws Exception {
    try (AdminClient client = options.client()) {
      return MessageShown.print(options, client.get(message(id)));
    }
  }

  @Command(
      name = "raw",
      footer = {"", "Examples:", "  holdfast queue raw 4f7c2d > message.eml"},
      description = {
        "Prints the message itself, octet for octet (RFC 5322).",
        "A message is octets, no JSON: with --json this is wrong usage; queue show has what is known"
            + " of it as JSON."
      })
  int raw(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "ID", description = "The message.") String id)
      throws Exception {
    if (options.json()) {
      throw options.misuse(
          "a message is octets, no JSON; queue show " + id + " --json describes it");
    }
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
      footer = {
        "",
        "Examples:",
        "  holdfast queue retry 4f7c2d",
        "  holdfast queue retry --pair imap5-6 --state parked"
      },
      description = {
        "Makes deliveries due now; parked ones go back to their lanes.",
        "Give a message's ID, a filter, or --all."
      })
  int retry(@Mixin ClientOptions options, @Mixin ActionTarget target) throws Exception {
    return QueueAct.run(options, target, "retry", AdminClient.object(), QueueAct.Danger.NONE);
  }

  @Command(
      name = "park",
      footer = {"", "Examples:", "  holdfast queue park 4f7c2d --reason 'looks like a loop'"},
      description = {
        "Sets deliveries aside for a person; their lanes go on.",
        "Give a message's ID, a filter, or --all."
      })
  int park(
      @Mixin ClientOptions options,
      @Mixin ActionTarget target,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason)
      throws Exception {
    return QueueAct.run(options, target, "park", because(reason), QueueAct.Danger.UNDONE_BY_RETRY);
  }

  @Command(
      name = "redirect",
      footer = {
        "",
        "Examples:",
        "  holdfast queue redirect 4f7c2d --to bob@example.com",
        "  holdfast queue redirect --recipient old@example.com --to new@example.com --yes"
      },
      description = {
        "Gives deliveries another recipient, of the map: they join that user's lane, behind what"
            + " waits there, in the order of acceptance; they wait there while that user is on hold.",
        "What goes there already stays where it is. Give a message's ID, a filter, or --all."
      })
  int redirect(
      @Mixin ClientOptions options,
      @Mixin ActionTarget target,
      @Option(names = "--to", paramLabel = "ADDRESS", required = true, description = "To whom.")
          String to,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept in the events.")
          @Nullable String reason)
      throws Exception {
    return QueueAct.run(
        options, target, "redirect", because(reason).put("to", to), QueueAct.Danger.FOR_GOOD);
  }

  @Command(
      name = "discard",
      footer = {
        "",
        "Examples:",
        "  holdfast queue discard 4f7c2d --reason spam",
        "  holdfast queue discard --sender bad@example.net --reason spam --dry-run",
        "  holdfast queue discard --sender bad@example.net --reason spam --yes"
      },
      description = {
        "Takes deliveries out of the queue for good; the log and the events keep who and why.",
        "Give a message's ID, a filter, or --all. When a filter finds more than one, it says how many"
            + " and asks; without a terminal it needs --yes."
      })
  int discard(
      @Mixin ClientOptions options,
      @Mixin ActionTarget target,
      @Option(names = "--reason", paramLabel = "R", required = true, description = "Why; kept.")
          String reason)
      throws Exception {
    return QueueAct.run(options, target, "discard", because(reason), QueueAct.Danger.FOR_GOOD);
  }

  private static ObjectNode because(@Nullable String reason) {
    ObjectNode body = AdminClient.object();
    return reason == null ? body : body.put("reason", reason);
  }

  static String message(String id) {
    return "/v1/queue/messages/" + AdminClient.segment(id);
  }
}
