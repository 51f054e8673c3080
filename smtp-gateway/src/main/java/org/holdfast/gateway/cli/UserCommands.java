package org.holdfast.gateway.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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

/** {@code user ...}: where users live and whether mail goes to them. */
@Command(
    name = "user",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {UserStateCommand.class, UserPriorityCommand.class, UserExplainCommand.class},
    description = {
      "Users: where they live, and whether mail goes to them.",
      "",
      "  active      mail is delivered",
      "  moving      mail is accepted and held; nothing goes to the backend",
      "  recovering  the same, another word for people",
      "  closed      mail is refused (550 5.2.1)"
    })
final class UserCommands implements Runnable {

  /** Users that a list has unless somebody says otherwise. */
  private static final int MOST_LISTED = 1000;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "a command is missing: state, priority, explain, show, list, set, remove");
  }

  @Command(
      name = "show",
      footer = {
        "",
        "Examples:",
        "  holdfast user show alice@example.com",
        "  holdfast user show @example.org --json"
      },
      description = "One user: pair, state, since when and why, how much is held.")
  int show(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "ADDRESS", description = "The user's address, or @DOMAIN.")
          String address)
      throws Exception {
    try (AdminClient client = options.client()) {
      JsonNode user = client.get("/v1/users/" + AdminClient.segment(address));
      int code = Answers.show(options, options.json() ? user : RestorePlace.inWords(user));
      if (!options.json()) {
        explain(options, client, address);
      }
      return code;
    }
  }

  /** Where a mail would go now; left out where the gateway does not say. */
  private static void explain(ClientOptions options, AdminClient client, String address)
      throws IOException, InterruptedException {
    try {
      JsonNode explanation = client.get(UserExplainCommand.path(address)).path("explanation");
      String sentence = Answers.text(explanation, "sentence");
      if (!sentence.isEmpty()) {
        options.terminal().line("mail now     " + Terminal.oneLine(sentence));
      }
    } catch (RefusedException _) {
      // a frontend's token may look users up, not have them explained
    }
  }

  @Command(
      name = "list",
      footer = {
        "",
        "Examples:",
        "  holdfast user list --state moving",
        "  holdfast user list --pair imap5-6 --limit 100000 --json",
        "  holdfast user list --pair imap5-6 --addresses > affected.txt"
      },
      description = "Users in the order of their addresses.")
  int list(
      @Mixin ClientOptions options,
      @Option(
              names = "--pair",
              completionCandidates = CompletionCommand.PairNames.class,
              paramLabel = "P",
              description = "Only of this pair.")
          @Nullable String pair,
      @Option(
              names = "--state",
              completionCandidates = CompletionCommand.UserStates.class,
              paramLabel = "S",
              description = "Only in this state.")
          @Nullable String state,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "At most so many; default 1000, with --addresses all.")
          @Nullable Integer limit,
      @Option(
              names = "--addresses",
              description = "The addresses alone, one a line: what 'user state --file' takes.")
          boolean addresses)
      throws Exception {
    Map<String, @Nullable Object> filter = new LinkedHashMap<>();
    filter.put("pair", pair);
    filter.put("state", options.oneOf("--state", state, new CompletionCommand.UserStates()));
    int usual = addresses ? Integer.MAX_VALUE : MOST_LISTED;
    int most = Objects.requireNonNullElse(limit, usual);
    if (most < 1) {
      throw options.misuse("--limit must be 1 or more, not " + most);
    }
    try (AdminClient client = options.client()) {
      Pages pages = new Pages(client, "/v1/users", filter, most);
      if (addresses && !options.json()) {
        return Answers.addresses(options, pages);
      }
      return Answers.table(
          options,
          pages,
          new String[] {"ADDRESS", "PAIR", "STATE", "TO", "SINCE", "REASON"},
          "address",
          "pair",
          "state",
          "to",
          "since",
          "reason");
    }
  }

  @Command(
      name = "set",
      footer = {"", "Examples:", "  holdfast user set alice@example.com --pair imap7-8"},
      description = {
        "Creates a user, or moves one to another pair.",
        "Moving an active user holds its mail, waits for open deliveries, switches, and goes on."
      })
  int set(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "ADDRESS", description = "The user's address, or @DOMAIN.")
          String address,
      @Option(
              names = "--pair",
              completionCandidates = CompletionCommand.PairNames.class,
              paramLabel = "P",
              required = true,
              description = "Where it lives.")
          String pair,
      @Option(
              names = "--state",
              completionCandidates = CompletionCommand.UserStates.class,
              paramLabel = "S",
              description = "Its state; a new user is active.")
          @Nullable String state,
      @Option(
              names = "--priority",
              paramLabel = "N",
              description = "Whose held mail goes first; see user priority.")
          @Nullable Integer priority)
      throws Exception {
    ObjectNode body = AdminClient.object().put("pair", pair);
    if (priority != null) {
      body.put("priority", priority);
    }
    if (state != null) {
      body.put("state", state);
    }
    try (AdminClient client = options.client()) {
      JsonNode answer = client.put("/v1/users/" + AdminClient.segment(address), body);
      return Answers.flip(options, address + " lives on " + pair, answer);
    }
  }

  @Command(
      name = "remove",
      footer = {"", "Examples:", "  holdfast user remove alice@example.com"},
      description = {
        "Removes a user from the map, and waits for deliveries that are still open.",
        "Refused while mail is held for it."
      })
  int remove(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "ADDRESS", description = "The user's address, or @DOMAIN.")
          String address,
      @Mixin Consent consent)
      throws Exception {
    try (AdminClient client = options.client()) {
      String path = "/v1/users/" + AdminClient.segment(address);
      if (options.person().present() && !consent.given()) {
        JsonNode user = client.get(path);
        String stands = Answers.text(user, "state") + " on " + Answers.text(user, "pair");
        if (!consent.atTerminal(options, "remove " + address + " (" + stands + ")")) {
          return ExitCode.REFUSED;
        }
      }
      JsonNode answer = client.delete(path);
      return Answers.flip(options, address + " is removed", answer);
    }
  }
}
