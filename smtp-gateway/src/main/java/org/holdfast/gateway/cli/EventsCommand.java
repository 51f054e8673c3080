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
@Command(
    name = "events",
    description = {
      "Who changed what, when and why; oldest first. Without --after: the last ones.",
      "",
      "With --follow it goes on, also over a restart of the gateway: nothing is missed as long as"
          + " the gateway keeps it.",
      "--who, --what and --target choose among the events that come; --after 0 begins with the"
          + " oldest."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast events --follow",
      "  holdfast events --after 0 --target alice@example.com",
      "  holdfast events --follow --json --what pair.state"
    })
final class EventsCommand implements Callable<Integer> {

  static final Duration POLL = Duration.ofSeconds(1);

  @Mixin private @Nullable ClientOptions clientOptions;

  @Option(names = "--follow", description = "Go on with new events until Ctrl-C.")
  private boolean follow;

  @Option(names = "--after", paramLabel = "EVENT", description = "Begin after this one, by its id.")
  private @Nullable String after;

  @Option(names = "--who", paramLabel = "NAME", description = "Only what this one did.")
  private @Nullable String who;

  @Option(
      names = "--what",
      paramLabel = "KIND",
      description = "Only of this kind: user.state, say, or user for all kinds of it.")
  private @Nullable String what;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Only about this: an address, a pair, a queue id.")
  private @Nullable String target;

  private String seen = "";

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    try (AdminClient client = options.client()) {
      seen = after == null ? "" : after;
      pages(options, client);
      Reconnect gateway = new Reconnect(options.terminal());
      while (follow) {
        options.pace().pause(POLL);
        gateway.look(() -> pages(options, client));
      }
      return ExitCode.DONE;
    }
  }

  /** Prints what came after {@link #seen}, page by page. */
  private void pages(ClientOptions options, AdminClient client)
      throws IOException, InterruptedException {
    boolean more = true;
    while (more) {
      Map<String, @Nullable Object> query = new LinkedHashMap<>();
      query.put("after", seen.isEmpty() ? null : seen);
      JsonNode page = client.get("/v1/events" + AdminClient.query(query));
      Pages.items(page).valueStream().filter(this::wanted).forEach(event -> print(options, event));
      String next = Answers.text(page, "next");
      more = !next.isEmpty() && !next.equals(seen) && !Pages.items(page).isEmpty();
      seen = next.isEmpty() ? lastId(page, seen) : next;
    }
  }

  private boolean wanted(JsonNode event) {
    String kind = Answers.text(event, "what");
    return (who == null || who.equals(Answers.text(event, "who")))
        && (what == null || kind.equals(what) || kind.startsWith(what + "."))
        && (target == null || target.equalsIgnoreCase(Answers.text(event, "target")));
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
