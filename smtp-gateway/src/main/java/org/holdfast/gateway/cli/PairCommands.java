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
      description = {
        "One pair: members, health, held, in flight, rates.",
        "",
        "Of each member: its addresses (* is the active one), what was heard of it last, how long a"
            + " transaction takes, deliveries open to it; of the active one its breaker: while that is"
            + " open, held mail waits for the next probe."
      })
  int show(@Mixin ClientOptions options, @Mixin PairName name) throws Exception {
    try (AdminClient client = options.client()) {
      JsonNode pair = client.get(name.path());
      if (options.json()) {
        Answers.json(options, pair);
      } else {
        new PairShow(options.terminal(), pair).print();
      }
      return ExitCode.DONE;
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
      @Mixin PairName name,
      @Option(
              names = "--member",
              paramLabel = "N=HOST:PORT[,imap=HOST:PORT]",
              required = true,
              description = "A member and its LMTP address; its IMAP address is kept and shown.")
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
          options,
          "pair " + name.text() + ": " + active + " is active",
          client.put(name.path(), body));
    }
  }

  @Command(
      name = "remove",
      footer = {"", "Examples:", "  holdfast pair remove imap5-6"},
      description = {
        "Removes a pair, and waits for deliveries to it that are still open.",
        "Refused while users live there, or are being moved there, or mail is held for it."
      })
  int remove(@Mixin ClientOptions options, @Mixin PairName name, @Mixin Consent consent)
      throws Exception {
    if (!consent.atTerminal(options, "remove the pair " + name.text())) {
      return ExitCode.REFUSED;
    }
    try (AdminClient client = options.client()) {
      return Answers.flip(
          options, "pair " + name.text() + " is removed", client.delete(name.path()));
    }
  }

  @Command(
      name = "hold",
      footer = {"", "Examples:", "  holdfast pair hold imap5-6 --reason 'disk trouble'"},
      description = "Everything for this pair is held from now on.")
  int hold(
      @Mixin ClientOptions options,
      @Mixin PairName name,
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
    return HoldSwitch.set(options, name.path(), "pair " + name.text(), "hold", reason, wait);
  }

  @Command(
      name = "release",
      footer = {"", "Examples:", "  holdfast pair release imap5-6"},
      description = "Mail for this pair goes again: what is held for its active users first.")
  int release(
      @Mixin ClientOptions options,
      @Mixin PairName name,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason)
      throws Exception {
    return HoldSwitch.set(options, name.path(), "pair " + name.text(), "active", reason, null);
  }

  @Command(
      name = "failover",
      footer = {
        "",
        "Examples:",
        "  holdfast pair failover imap5-6 --dry-run",
        "  holdfast pair failover imap5-6",
        "  holdfast pair failover imap5-6 --to imap6 --force"
      },
      description = {
        "Controlled failover: holds the pair, drains it, checks the standby, switches, releases.",
        "",
        "The check asks whether the standby answers LMTP. Nobody looks into its mailboxes: the outcome"
            + " says so, and so does --dry-run, which asks the standby and changes nothing."
      })
  int failover(
      @Mixin ClientOptions options,
      @Mixin PairName name,
      @Option(names = "--to", paramLabel = "MEMBER", description = "Default: the other member.")
          @Nullable String to,
      @Option(names = "--force", description = "Switch though the standby failed its check.")
          boolean force,
      @Option(names = "--dry-run", description = "Says what would be done, and changes nothing.")
          boolean dryRun,
      @Mixin Consent consent)
      throws Exception {
    if (force
        && !dryRun
        && !consent.atTerminal(options, "switch " + name.text() + " to a standby unchecked")) {
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
              new Progress(options.terminal(), "failover of " + name.text(), 0, "deliveries"),
              () -> client.post(name.path() + "/failover" + (dryRun ? "?dry-run=true" : ""), body),
              shown -> shown.still(open(client.get(name.path()))));
      return FailoverReport.print(options, answer);
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
}
