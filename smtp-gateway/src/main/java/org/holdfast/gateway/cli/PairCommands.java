package org.holdfast.gateway.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.holdfast.routing.HostPort;
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

/** {@code pair ...}: the backends. */
@Command(
    name = "pair",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Pairs of backends: two servers (or one, or more) with the same mailboxes, of which one is"
          + " active and gets the mail."
    })
final class PairCommands implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "a command is missing: list, show, set, remove, hold, release, failover");
  }

  @Command(
      name = "list",
      footer = {"", "Examples:", "  holdfast pair list"},
      description = "All pairs: active member, state, what is held.")
  int list(@Mixin ClientOptions options) throws Exception {
    try (AdminClient client = options.client()) {
      JsonNode answer = client.get("/v1/pairs");
      if (options.json()) {
        Answers.json(options, answer);
        return ExitCode.DONE;
      }
      Answers.table(
          options,
          Pages.items(answer),
          new String[] {"PAIR", "ACTIVE", "HEALTH", "STATE", "HELD", "IN FLIGHT", "REASON"},
          "name",
          "active",
          "health",
          "state",
          "held",
          "inFlight",
          "reason");
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "show",
      footer = {"", "Examples:", "  holdfast pair show imap5-6"},
      description = "One pair: members, health, held, in flight, rates.")
  int show(
      @Mixin ClientOptions options,
      @Parameters(
              paramLabel = "NAME",
              completionCandidates = CompletionCommand.PairNames.class,
              description = "The pair.")
          String name)
      throws Exception {
    try (AdminClient client = options.client()) {
      return Answers.show(options, client.get(path(name)));
    }
  }

  @Command(
      name = "set",
      footer = {
        "",
        "Examples:",
        "  holdfast pair set imap5-6 --member imap5=10.0.0.5:24,imap=10.0.0.5:143 --member imap6=10.0.0.6:24 --active imap5"
      },
      description = {
        "Creates a pair or changes its members and its active member.",
        "Changing the active member holds the pair's mail, waits for open deliveries, switches, and"
            + " goes on."
      })
  int set(
      @Mixin ClientOptions options,
      @Parameters(
              paramLabel = "NAME",
              completionCandidates = CompletionCommand.PairNames.class,
              description = "The pair.")
          String name,
      @Option(
              names = "--member",
              paramLabel = "N=HOST:PORT[,imap=HOST:PORT]",
              required = true,
              description = "A member and its LMTP address; its IMAP address is for failovers.")
          List<String> members,
      @Option(
              names = "--active",
              paramLabel = "N",
              required = true,
              description = "The member that gets the mail.")
          String active)
      throws Exception {
    ObjectNode body = AdminClient.object().put("active", active);
    ObjectNode described = body.putObject("members");
    for (String member : members) {
      describe(options, described, member);
    }
    if (!described.has(active)) {
      throw options.misuse("--active " + active + " is none of the members");
    }
    try (AdminClient client = options.client()) {
      return Answers.flip(
          options, "pair " + name + ": " + active + " is active", client.put(path(name), body));
    }
  }

  @Command(
      name = "remove",
      footer = {"", "Examples:", "  holdfast pair remove imap5-6"},
      description = {
        "Removes a pair, and waits for deliveries to it that are still open.",
        "Refused while users live there, or are being moved there, or mail is held for it."
      })
  int remove(
      @Mixin ClientOptions options,
      @Parameters(
              paramLabel = "NAME",
              completionCandidates = CompletionCommand.PairNames.class,
              description = "The pair.")
          String name,
      @Mixin Consent consent)
      throws Exception {
    if (!consent.atTerminal(options, "remove the pair " + name)) {
      return ExitCode.REFUSED;
    }
    try (AdminClient client = options.client()) {
      return Answers.flip(options, "pair " + name + " is removed", client.delete(path(name)));
    }
  }

  @Command(
      name = "hold",
      footer = {"", "Examples:", "  holdfast pair hold imap5-6 --reason 'disk trouble'"},
      description = "Everything for this pair is held from now on.")
  int hold(
      @Mixin ClientOptions options,
      @Parameters(
              paramLabel = "NAME",
              completionCandidates = CompletionCommand.PairNames.class,
              description = "The pair.")
          String name,
      @Option(
              names = "--reason",
              paramLabel = "R",
              required = true,
              description = "Why; kept and shown.")
          String reason,
      @Option(
              names = "--wait",
              paramLabel = "TIME",
              defaultValue = "30s",
              description = "How long to wait for open deliveries; default ${DEFAULT-VALUE}.")
          String wait)
      throws Exception {
    return HoldSwitch.set(options, path(name), "pair " + name, "hold", reason, wait);
  }

  @Command(
      name = "release",
      footer = {"", "Examples:", "  holdfast pair release imap5-6"},
      description = "Mail for this pair goes again: what is held for its active users first.")
  int release(
      @Mixin ClientOptions options,
      @Parameters(
              paramLabel = "NAME",
              completionCandidates = CompletionCommand.PairNames.class,
              description = "The pair.")
          String name,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason)
      throws Exception {
    return HoldSwitch.set(options, path(name), "pair " + name, "active", reason, null);
  }

  @Command(
      name = "failover",
      footer = {
        "",
        "Examples:",
        "  holdfast pair failover imap5-6",
        "  holdfast pair failover imap5-6 --to imap6 --force"
      },
      description = {
        "Controlled failover: holds the pair, drains it, checks the standby, switches, releases."
      })
  int failover(
      @Mixin ClientOptions options,
      @Parameters(
              paramLabel = "NAME",
              completionCandidates = CompletionCommand.PairNames.class,
              description = "The pair.")
          String name,
      @Option(names = "--to", paramLabel = "MEMBER", description = "Default: the other member.")
          @Nullable String to,
      @Option(names = "--force", description = "Switch though the standby failed its check.")
          boolean force,
      @Mixin Consent consent)
      throws Exception {
    if (force && !consent.atTerminal(options, "switch " + name + " to a standby unchecked")) {
      return ExitCode.REFUSED;
    }
    ObjectNode body = AdminClient.object().put("force", force);
    if (to != null) {
      body.put("to", to);
    }
    try (AdminClient client = options.client()) {
      JsonNode answer =
          LongCall.answer(
              options.terminal(),
              new Progress(options.terminal(), "failover of " + name, 0, "deliveries"),
              () -> client.post(path(name) + "/failover", body),
              shown -> shown.still(open(client.get(path(name)))));
      Answers.show(options, answer);
      return Answers.quiesced(answer) ? ExitCode.DONE : ExitCode.REFUSED;
    }
  }

  /** What a failover waits for. */
  private static String open(JsonNode pair) {
    return "pair on %s, %s deliveries open"
        .formatted(Answers.text(pair, "state"), Answers.text(pair, "inFlight"));
  }

  private static void describe(ClientOptions options, ObjectNode members, String text) {
    List<String> parts = Arrays.asList(text.split(",", -1));
    int equals = parts.getFirst().indexOf('=');
    if (equals < 1 || parts.size() > 2) {
      throw options.misuse("not N=HOST:PORT[,imap=HOST:PORT]: " + text);
    }
    ObjectNode member = members.putObject(parts.getFirst().substring(0, equals));
    member.put("lmtp", hostPort(options, parts.getFirst().substring(equals + 1)));
    if (parts.size() == 2 && !parts.getLast().startsWith("imap=")) {
      throw options.misuse("not imap=HOST:PORT: " + parts.getLast());
    }
    if (parts.size() == 2) {
      member.put("imap", hostPort(options, parts.getLast().substring("imap=".length())));
    }
  }

  private static String hostPort(ClientOptions options, String text) {
    try {
      return HostPort.parse(text).toString();
    } catch (IllegalArgumentException e) {
      throw options.misuse(String.valueOf(e.getMessage()));
    }
  }

  private static String path(String name) {
    return "/v1/pairs/" + AdminClient.segment(name);
  }
}
