package org.holdfast.gateway.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code queue export}: what is held, as an mbox file (mboxrd, RFC 4155). */
@Command(
    name = "export",
    footer = {
      "",
      "Examples:",
      "  holdfast queue export --recipient alice@example.com --mbox alice.mbox",
      "  holdfast queue export --all --mbox - | gzip > held.mbox.gz"
    },
    description = {
      "Writes held messages to an mbox file (mboxrd), each once, in the order of acceptance. They"
          + " stay in the queue.",
      "Give a message's ID, a filter, or --all."
    })
final class QueueExportCommand implements Callable<Integer> {

  /** Messages remembered, to write none twice that has several recipients: some MiB. */
  private static final int REMEMBERED = 100_000;

  @Mixin private @Nullable ClientOptions clientOptions;
  @Mixin private @Nullable QueueFilterOptions filter;

  @Parameters(paramLabel = "ID", arity = "0..1", description = "One message.")
  private @Nullable String id;

  @Option(names = "--all", description = "Everything held.")
  private boolean all;

  @Option(
      names = "--mbox",
      paramLabel = "FILE",
      required = true,
      description = "The file, which must not exist yet; - is stdout.")
  private Path mbox = Path.of("");

  private final Set<String> written =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });

  private long count;
  private long gone;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    Map<String, @Nullable Object> query = Objects.requireNonNull(filter).given(options);
    if (id != null) {
      query.put("id", id);
    }
    if (query.isEmpty() != all) {
      throw options.misuse("give an ID, a filter, or --all");
    }
    boolean stdout = mbox.toString().equals("-");
    if (!stdout && Files.exists(mbox)) {
      throw options.misuse(mbox + " exists already");
    }
    try (AdminClient client = options.client();
        OutputStream out =
            new BufferedOutputStream(
                stdout ? kept(options.terminal().octets()) : StoreExportCommand.create(mbox))) {
      export(options, client, query, out);
    }
    String left = gone == 0 ? "" : "; " + gone + " left the queue meanwhile";
    String said = count + " messages written to " + (stdout ? "stdout" : mbox) + left;
    if (stdout) {
      options.terminal().warn(said);
      return ExitCode.DONE;
    }
    JsonNode json = AdminClient.object().put("written", count).put("gone", gone);
    return Answers.done(options, said, json);
  }

  /** Stdout, which stays open. */
  private static OutputStream kept(OutputStream octets) {
    return new FilterOutputStream(octets) {
      @Override
      public void write(byte[] octets, int offset, int length) throws IOException {
        out.write(octets, offset, length);
      }

      @Override
      public void close() throws IOException {
        flush();
      }
    };
  }

  private void export(
      ClientOptions options,
      AdminClient client,
      Map<String, @Nullable Object> query,
      OutputStream out)
      throws IOException, InterruptedException {
    long total = total(client, query);
    try (Progress progress = new Progress(options.terminal(), "exporting", total, "deliveries")) {
      query.put("limit", Pages.PAGE);
      String next = "";
      long seen = 0;
      do {
        JsonNode page = client.get("/v1/queue/messages" + AdminClient.query(query));
        for (JsonNode delivery : Pages.items(page)) {
          if (written.add(Answers.text(delivery, "id"))) {
            export(client, delivery, out);
          }
          progress.at(++seen, seen);
        }
        next = Answers.text(page, "next");
        query.put("after", next);
      } while (!next.isEmpty());
    }
  }

  /** How many deliveries; 0 for one who may only look. */
  private static long total(AdminClient client, Map<String, @Nullable Object> query)
      throws IOException, InterruptedException {
    ObjectNode asked = AdminClient.object().put("action", "retry").put("dryRun", true);
    asked.put("all", query.isEmpty());
    ObjectNode filter = asked.putObject("filter");
    query.forEach((name, value) -> filter.put(name, String.valueOf(value)));
    try {
      return client.post("/v1/queue/actions", asked).path("affected").asLong(0);
    } catch (RefusedException _) {
      return 0;
    }
  }

  /** It may have been delivered since it was listed: that is no failure. */
  private void export(AdminClient client, JsonNode delivery, OutputStream out)
      throws IOException, InterruptedException {
    String message = Answers.text(delivery, "id");
    try {
      append(client, message, delivery, out);
      count++;
    } catch (RefusedException e) {
      if (!e.unknown()) {
        throw e;
      }
      gone++;
    }
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
