package org.holdfast.gateway.cli;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code holds}: what is on hold, and what of it may have been forgotten. */
@Command(
    name = "holds",
    footer = {"", "Examples:", "  holdfast holds", "  holdfast holds --forgotten"},
    description = {
      "What is on hold: everything, domains, pairs, users.",
      "Of users who are moving or recovering: how many, by pair, state and reason, the oldest first."
          + " (One by one: user list --state moving.)",
      "",
      "--forgotten: what has been so for longer than map.forgotten-after, users who are moving or"
          + " recovering too, the longest first: perhaps a backend's callback got lost."
    })
final class HoldsCommand implements Callable<Integer> {

  @Mixin private @Nullable ClientOptions clientOptions;

  @Option(names = "--forgotten", description = "Only what stands so for too long; users too.")
  private boolean forgotten;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "At most so many; default ${DEFAULT-VALUE}.")
  private int limit;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    try (AdminClient client = options.client()) {
      if (forgotten) {
        return Answers.table(
            options,
            new Pages(client, "/v1/holds/forgotten", Map.of(), limit),
            new String[] {"KIND", "NAME", "STATE", "PAIR", "TO", "SINCE", "BY", "REASON"},
            "kind",
            "name",
            "state",
            "pair",
            "to",
            "since",
            "by",
            "reason");
      }
      JsonNode answer = client.get("/v1/holds?users=true");
      if (options.json()) {
        Answers.json(options, answer);
      } else {
        wide(options, Pages.items(answer));
        users(options, answer.path("users"));
      }
      return ExitCode.DONE;
    }
  }

  private static void wide(ClientOptions options, JsonNode items) {
    if (items.isEmpty()) {
      options.terminal().line("No pair, no domain and not everything is on hold.");
      return;
    }
    String[] header = {"KIND", "NAME", "SINCE", "BY", "REASON"};
    Answers.table(options, items, header, "kind", "name", "since", "by", "reason");
  }

  private static void users(ClientOptions options, JsonNode users) {
    long count = users.path("count").asLong(0);
    if (count == 0) {
      options.terminal().line("No user is moving or recovering.");
      return;
    }
    long looked = users.path("looked").asLong(0);
    options.terminal().line("");
    options.terminal().line(Progress.count(count) + " moving or recovering" + among(count, looked));
    String[] header = {"USERS", "PAIR", "STATE", "TO", "SINCE", "OLDEST", "REASON"};
    Answers.table(
        options,
        users.path("groups"),
        header,
        "users",
        "pair",
        "state",
        "to",
        "since",
        "first",
        "reason");
    long more = users.path("more").asLong(0);
    if (more > 0) {
      options.terminal().line("... and " + more + " more kinds");
    }
    options
        .terminal()
        .line("One by one: holdfast user list --state moving (or recovering), with --pair.");
  }

  private static String among(long count, long looked) {
    return count > looked
        ? "; by pair and reason, of the oldest " + Progress.count(looked) + ":"
        : ":";
  }
}
