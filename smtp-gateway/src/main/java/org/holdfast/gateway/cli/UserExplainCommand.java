package org.holdfast.gateway.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code user explain}: where a mail to this address would go right now, and why. */
@Command(
    name = "explain",
    description = {
      "Says in plain words where a mail to this address would go right now, and how it comes to"
          + " that, step by step. Any address: an alias, a subaddress, somebody unknown."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast user explain alice@example.com",
      "  holdfast user explain alice+lists@example.net --json"
    })
final class UserExplainCommand implements Callable<Integer> {

  @Mixin private @Nullable ClientOptions clientOptions;

  @Parameters(paramLabel = "ADDRESS", description = "As a sender would write it.")
  private String address = "";

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    try (AdminClient client = options.client()) {
      JsonNode answer = ask(client, address);
      if (options.json()) {
        Answers.json(options, answer);
        return ExitCode.DONE;
      }
      JsonNode explanation = answer.path("explanation");
      options.terminal().line(Terminal.oneLine(Answers.text(explanation, "sentence")));
      for (JsonNode step : explanation.path("steps")) {
        options
            .terminal()
            .line(
                "  %-12s %s"
                    .formatted(
                        Terminal.oneLine(Answers.text(step, "what")),
                        Terminal.oneLine(Answers.text(step, "found"))));
      }
      return ExitCode.DONE;
    }
  }

  /**
   * The user, if it is one, with {@code explanation}.
   *
   * @throws RefusedException also when the gateway is too old to explain, or to try a flip out
   */
  static JsonNode ask(AdminClient client, String address) throws IOException, InterruptedException {
    JsonNode answer = client.get(path(address));
    if (!answer.path("explanation").isObject()) {
      throw new RefusedException("this gateway is too old: it explains and tries out nothing");
    }
    return answer;
  }

  static String path(String address) {
    return "/v1/users/" + AdminClient.segment(address) + "?explain=true";
  }
}
