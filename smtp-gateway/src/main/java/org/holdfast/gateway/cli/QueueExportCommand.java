package org.holdfast.gateway.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code queue export}: what is held for one recipient as an mbox file (mboxrd, RFC 4155). */
@Command(
    name = "export",
    description = {
      "Writes what is held for a recipient to an mbox file (mboxrd). The messages stay in the queue."
    })
final class QueueExportCommand implements Callable<Integer> {

  @Mixin private @Nullable ClientOptions clientOptions;

  @Option(names = "--recipient", paramLabel = "A", required = true, description = "Whose mail.")
  private String recipient = "";

  @Option(
      names = "--mbox",
      paramLabel = "FILE",
      required = true,
      description = "The file; it must not exist yet.")
  private Path mbox = Path.of("");

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    if (Files.exists(mbox)) {
      throw options.misuse(mbox + " exists already");
    }
    try (AdminClient client = options.client()) {
      int count = export(client);
      options.terminal().line(count + " messages written to " + mbox);
      return ExitCode.DONE;
    }
  }

  private int export(AdminClient client) throws IOException, InterruptedException {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("recipient", recipient);
    List<JsonNode> deliveries = new ArrayList<>();
    new Pages(client, "/v1/queue/messages", query, Integer.MAX_VALUE).each(deliveries::add);
    Map<String, JsonNode> messages = new LinkedHashMap<>();
    deliveries.forEach(delivery -> messages.putIfAbsent(Answers.text(delivery, "id"), delivery));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(mbox))) {
      for (Map.Entry<String, JsonNode> message : messages.entrySet()) {
        append(client, message.getKey(), message.getValue(), out);
      }
    }
    return messages.size();
  }

  private static void append(AdminClient client, String id, JsonNode delivery, OutputStream out)
      throws IOException, InterruptedException {
    String path = QueueCommands.message(id) + "/raw";
    try (InputStream raw =
        new BufferedInputStream(
            client.open("GET", path, "application/json", BodyPublishers.noBody()))) {
      out.write(separator(delivery).getBytes(StandardCharsets.UTF_8));
      Mbox.quote(raw, out);
    }
  }

  private static String separator(JsonNode delivery) {
    Instant accepted;
    try {
      accepted = Instant.parse(Answers.text(delivery, "accepted"));
    } catch (DateTimeParseException _) {
      accepted = Instant.EPOCH;
    }
    return Mbox.separator(Answers.text(delivery, "sender"), accepted);
  }
}
