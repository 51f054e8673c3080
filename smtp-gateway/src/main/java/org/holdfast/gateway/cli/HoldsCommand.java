package org.holdfast.gateway.cli;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code holds}: what is on hold, and what of it may have been forgotten. */
@Command(
    name = "holds",
    footer = {"", "Examples:", "  holdfast holds", "  holdfast holds --forgotten"},
    description = {
      "What is on hold: everything, domains, pairs. (Users: user list --state moving.)",
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
      var answer = client.get("/v1/holds");
      if (options.json()) {
        Answers.json(options, answer);
      } else {
        String[] header = {"KIND", "NAME", "SINCE", "BY", "REASON"};
        Answers.table(
            options, Pages.items(answer), header, "kind", "name", "since", "by", "reason");
      }
      return ExitCode.DONE;
    }
  }
}
