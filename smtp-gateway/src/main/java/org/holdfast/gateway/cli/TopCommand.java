package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code top}: a live screen. */
@Command(
    name = "top",
    description = {
      "A live screen: what is held by pair and state, what is being released, the backends.",
      "Ends with Ctrl-C. Without a terminal it prints one screen after the other."
    })
final class TopCommand implements Callable<Integer> {

  static final Duration REFRESH = Duration.ofSeconds(1);
  private static final String HOME_AND_CLEAR = "\u001B[H\u001B[J";

  @Mixin private @Nullable ClientOptions clientOptions;

  @Option(names = "--once", description = "One screen, then end.")
  private boolean once;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    try (AdminClient client = options.client()) {
      screen(options, client);
      while (!once) {
        Thread.sleep(REFRESH);
        screen(options, client);
      }
      return ExitCode.DONE;
    }
  }

  private static void screen(ClientOptions options, AdminClient client)
      throws IOException, InterruptedException {
    JsonNode queue = client.get("/v1/queue");
    JsonNode pairs = client.get("/v1/pairs");
    Terminal terminal = options.terminal();
    if (terminal.colours()) {
      terminal.raw(HOME_AND_CLEAR);
    }
    terminal.line("Holdfast  " + Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    terminal.line("");
    QueueCommands.summary(options, queue);
    terminal.line("");
    Answers.table(
        options,
        Pages.items(pairs),
        new String[] {"PAIR", "ACTIVE", "STATE", "HELD", "IN FLIGHT", "REASON"},
        "name",
        "active",
        "state",
        "held",
        "inFlight",
        "reason");
    terminal.line("");
    releases(options, client);
  }

  /** A gateway of an earlier step has no such list: then there is nothing to show. */
  private static void releases(ClientOptions options, AdminClient client)
      throws IOException, InterruptedException {
    JsonNode releases;
    try {
      releases = client.get("/v1/releases");
    } catch (RefusedException _) {
      return;
    }
    if (Pages.items(releases).isEmpty()) {
      return;
    }
    Table table = new Table("RELEASING", "DONE", "LEFT", "RATE", "USERS", "END");
    for (JsonNode release : Pages.items(releases)) {
      JsonNode users = release.path("users");
      table.row(
          Answers.text(release, "pair"),
          Answers.text(release, "done"),
          Answers.text(release, "left"),
          Answers.text(release, "rate") + "/s",
          users.size() + (release.path("more").asBoolean(false) ? "+" : ""),
          ReleaseFollow.end(release));
    }
    table.print(options.terminal(), Terminal.width());
  }
}
