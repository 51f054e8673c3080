package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code user state --dry-run}: what flips would come to. */
final class FlipPreview {

  private final ClientOptions options;
  private final AdminClient client;
  private long changed;
  private long unchanged;
  private long refused;

  FlipPreview(ClientOptions options, AdminClient client) {
    this.options = options;
    this.client = client;
  }

  /** Asks for each, changes nothing; the exit code. */
  int of(List<String> addresses, ObjectNode change) throws IOException, InterruptedException {
    // A gateway that does not know the parameter would make the flip: it must show that it does.
    JsonNode _ = UserExplainCommand.ask(client, addresses.getFirst());
    return addresses.size() == 1 ? one(addresses.getFirst(), change) : many(addresses, change);
  }

  private int one(String address, ObjectNode change) throws IOException, InterruptedException {
    String path = "/v1/users/" + AdminClient.segment(address) + "/state?dry-run=true";
    JsonNode answer = client.put(path, change);
    return Answers.done(options, Answers.text(answer, "sentence"), answer);
  }

  private int many(List<String> addresses, ObjectNode change)
      throws IOException, InterruptedException {
    for (int from = 0; from < addresses.size(); from += UserStateCommand.BATCH) {
      int to = Math.min(from + UserStateCommand.BATCH, addresses.size());
      batch(addresses.subList(from, to), change);
    }
    options
        .terminal()
        .warn(
            "%d would change, %d stand so already, %d would be refused"
                .formatted(changed, unchanged, refused));
    return refused == 0 ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private void batch(List<String> addresses, ObjectNode change)
      throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    for (String address : addresses) {
      lines.append(change.deepCopy().put("address", address)).append('\n');
    }
    var body = BodyPublishers.ofString(lines.toString());
    try (BufferedReader results =
        new BufferedReader(
            new InputStreamReader(
                client.open("POST", "/v1/states?dry-run=true", "application/x-ndjson", body),
                StandardCharsets.UTF_8))) {
      for (String line = results.readLine(); line != null; line = results.readLine()) {
        result(line);
      }
    }
  }

  private void result(String line) {
    JsonNode result = AdminClient.JSON.readTree(line);
    String error = Answers.text(result, "error");
    boolean changes = result.path("changed").asBoolean(false);
    changed += changes ? 1 : 0;
    refused += error.isEmpty() ? 0 : 1;
    unchanged += error.isEmpty() && !changes ? 1 : 0;
    if (options.json()) {
      options.terminal().line(line);
    } else if (!error.isEmpty()) {
      options.terminal().line(Terminal.oneLine(Answers.text(result, "address") + ": " + error));
    }
  }
}
