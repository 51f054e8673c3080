package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code user priority}: whose held mail goes first. */
@Command(
    name = "priority",
    description = {
      "Says whose held mail goes first to a pair that many wait for: higher first, 0 is normal,"
          + " -1000 to 1000.",
      "",
      "It counts at once, also for mail that waits already, and stays until it is said otherwise."
          + " Nothing is shut or waited for, and the epoch stays as it is."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast user priority ceo@example.com 100",
      "  holdfast user priority bulk@example.com list@example.com -10 --reason newsletters"
    })
final class UserPriorityCommand implements Callable<Integer> {

  @Mixin private @Nullable ClientOptions clientOptions;

  @Parameters(
      paramLabel = "ADDRESS... N",
      arity = "2..*",
      hideParamSyntax = true,
      description = "The users, then their new priority.")
  private List<String> words = List.of();

  @Option(names = "--reason", paramLabel = "R", description = "Why; kept in the events.")
  private @Nullable String reason;

  /** {@code -10} is a number here, no option. */
  static void letNumbersBeNegative(CommandLine main) {
    CommandLine user = Objects.requireNonNull(main.getSubcommands().get("user"));
    CommandLine its = Objects.requireNonNull(user.getSubcommands().get("priority"));
    its.setUnmatchedOptionsArePositionalParams(true);
  }

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    List<String> addresses = words.subList(0, words.size() - 1);
    for (String address : addresses) {
      if (address.startsWith("-")) {
        throw options.misuse("unknown option: " + address);
      }
    }
    if (!words.getLast().matches("-?[0-9]{1,4}")) {
      throw options.misuse("the last word must be a number from -1000 to 1000");
    }
    int priority = Integer.parseInt(words.getLast());
    try (AdminClient client = options.client()) {
      return addresses.size() == 1
          ? one(options, client, addresses.getFirst(), priority)
          : many(options, client, addresses, priority);
    }
  }

  private ObjectNode change(int priority) {
    ObjectNode change = AdminClient.object().put("priority", priority);
    return reason == null ? change : change.put("reason", reason);
  }

  private int one(ClientOptions options, AdminClient client, String address, int priority)
      throws IOException, InterruptedException {
    String path = "/v1/users/" + AdminClient.segment(address) + "/priority";
    JsonNode answer = client.put(path, change(priority));
    return Answers.done(options, line(answer, address), answer);
  }

  private static String line(JsonNode answer, String asked) {
    String address = Answers.text(answer, "address");
    return (address.isEmpty() ? asked : address)
        + " has the priority "
        + Answers.text(answer, "priority");
  }

  private int many(ClientOptions options, AdminClient client, List<String> addresses, int priority)
      throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    for (String address : addresses) {
      lines.append(change(priority).put("address", address)).append('\n');
    }
    var body = BodyPublishers.ofString(lines.toString());
    int good = 0;
    try (BufferedReader results =
        new BufferedReader(
            new InputStreamReader(
                client.open("POST", "/v1/states", "application/x-ndjson", body),
                StandardCharsets.UTF_8))) {
      for (String line = results.readLine(); line != null; line = results.readLine()) {
        good += result(options, line) ? 1 : 0;
      }
    }
    return good == addresses.size() ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private static boolean result(ClientOptions options, String line) {
    JsonNode result = AdminClient.JSON.readTree(line);
    String error = Answers.text(result, "error");
    String address = Answers.text(result, "address");
    String said = error.isEmpty() ? line(result, address) : address + ": " + error;
    options.terminal().line(options.json() ? line : Terminal.oneLine(said));
    return error.isEmpty();
  }
}
