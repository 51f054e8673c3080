package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.UserCsv;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Loads users from a CSV file of any size: the whole file is checked first, then goes to the
 * gateway in parts, so that neither side needs memory for all of it. Each part is applied as a
 * whole; loading again after a break changes nothing that is there.
 */
final class CsvLoad {

  /** Users in one request. */
  static final int PART = 50_000;

  private final AdminClient client;
  private final Path file;

  CsvLoad(AdminClient client, Path file) {
    this.client = client;
    this.file = file;
  }

  /** The sum of what the parts did. */
  JsonNode load() throws IOException, InterruptedException, ConfigurationException {
    check();
    ObjectNode sum = AdminClient.object();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String header = String.valueOf(lines.readLine());
      String part = part(header, lines);
      do {
        add(sum, send(part));
        part = part(header, lines);
      } while (part.length() > header.length() + 1);
    }
    return sum;
  }

  /** Says what is wrong by the line of the file, before anything is sent. */
  private void check() throws IOException, InterruptedException, ConfigurationException {
    Set<String> pairs = pairs(client);
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      UserCsv.read(file.toString(), lines, pairs::contains, user -> {});
    }
  }

  /** The names of the pairs that the gateway knows. */
  static Set<String> pairs(AdminClient client) throws IOException, InterruptedException {
    Set<String> pairs = new HashSet<>();
    Pages.items(client.get("/v1/pairs")).forEach(pair -> pairs.add(Answers.text(pair, "name")));
    return pairs;
  }

  private static String part(String header, BufferedReader lines) throws IOException {
    StringBuilder part = new StringBuilder(header).append('\n');
    for (int i = 0; i < PART; i++) {
      @Nullable String line = lines.readLine();
      if (line == null) {
        break;
      }
      part.append(line).append('\n');
    }
    return part.toString();
  }

  private JsonNode send(String part) throws IOException, InterruptedException {
    try (InputStream answer =
        client.open("POST", "/v1/map", "text/csv", BodyPublishers.ofString(part))) {
      return AdminClient.JSON.readTree(answer.readAllBytes());
    }
  }

  private static void add(ObjectNode sum, JsonNode answer) {
    for (String key : List.of("pairs", "users", "aliases", "unchanged")) {
      sum.put(key, sum.path(key).asInt(0) + answer.path(key).asInt(0));
    }
  }
}
