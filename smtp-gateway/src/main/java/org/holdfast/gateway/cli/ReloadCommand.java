package org.holdfast.gateway.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code reload}: the gateway reads its configuration again. */
@Command(
    name = "reload",
    footer = {"", "Examples:", "  holdfast reload", "  holdfast --json reload"},
    description = {
      "Has the gateway read its configuration again, as SIGHUP does.",
      "",
      "Keys that are marked live in conf/holdfast.yaml count at once; others that have changed are"
          + " named, and keep their old value until a restart.",
      "A file with a mistake changes nothing: it is told by file, line and key, and the exit code is"
          + " 1. It is the gateway that reads, on its machine, the file that it was started with."
    })
final class ReloadCommand implements Callable<Integer> {

  @Mixin private @Nullable ClientOptions clientOptions;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    try (AdminClient client = options.client()) {
      JsonNode answer = client.post("/v1/reload", AdminClient.object());
      if (options.json()) {
        Answers.json(options, answer);
      } else {
        say(options.terminal(), answer);
      }
      return ExitCode.DONE;
    }
  }

  private static void say(Terminal terminal, JsonNode answer) {
    JsonNode changed = answer.path("changed");
    JsonNode restart = answer.path("restart");
    String file = Terminal.oneLine(Answers.text(answer, "file"));
    boolean none = changed.isEmpty() && restart.isEmpty();
    terminal.line(file + (none ? ": read; nothing has changed" : ": read"));
    for (JsonNode key : changed) {
      terminal.line(
          Terminal.oneLine(
                  "%s: %s -> %s"
                      .formatted(
                          Answers.text(key, "key"),
                          Answers.text(key, "before"),
                          Answers.text(key, "after")))
              .indent(2)
              .stripTrailing());
    }
    if (!restart.isEmpty()) {
      String keys = restart.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
      terminal.line("NOT in force before a restart: " + Terminal.oneLine(keys));
    }
  }
}
