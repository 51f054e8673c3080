package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code events}: who changed what, when, why. */
@Command(name = "events", description = "Who changed what, when and why; oldest first.")
final class EventsCommand implements Callable<Integer> {

  static final Duration POLL = Duration.ofSeconds(1);

  @Mixin private @Nullable ClientOptions clientOptions;

  @Option(names = "--follow", description = "Go on with new events until Ctrl-C.")
  private boolean follow;

  @Option(names = "--after", paramLabel = "EVENT", description = "Begin after this one.")
  private @Nullable String after;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    try (AdminClient client = options.client()) {
      String seen = page(options, client, after == null ? "" : after);
      while (follow) {
        Thread.sleep(POLL);
        seen = page(options, client, seen);
      }
      return ExitCode.DONE;
    }
  }

  /** Prints what came after this event, page by page; returns the last one. */
  private static String page(ClientOptions options, AdminClient client, String seen)
      throws IOException, InterruptedException {
    String last = seen;
    boolean more = true;
    while (more) {
      Map<String, @Nullable Object> query = new LinkedHashMap<>();
      query.put("after", last.isEmpty() ? null : last);
      JsonNode page = client.get("/v1/events" + AdminClient.query(query));
      Pages.items(page).forEach(event -> print(options, event));
      String next = Answers.text(page, "next");
      more = !next.isEmpty() && !next.equals(last) && !Pages.items(page).isEmpty();
      last = next.isEmpty() ? lastId(page, last) : next;
    }
    return last;
  }

  private static String lastId(JsonNode page, String otherwise) {
    JsonNode items = Pages.items(page);
    String id = items.isEmpty() ? "" : Answers.text(items.get(items.size() - 1), "id");
    return id.isEmpty() ? otherwise : id;
  }

  private static void print(ClientOptions options, JsonNode event) {
    options.terminal().line(options.json() ? event.toString() : Answers.sentence(event));
  }
}
