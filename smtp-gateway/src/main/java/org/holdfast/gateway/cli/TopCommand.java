package org.holdfast.gateway.cli;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code top}: a live screen. */
@Command(
    name = "top",
    description = {
      "A live screen: what needs a person, what is held by pair and state, how the backends are,"
          + " what is being released and until when, the last changes.",
      "",
      "  q             end (Ctrl-C too)",
      "  j k, arrows   scroll; blank, page up, page down",
      "  s             sort the pairs by name, held, oldest, rate",
      "  p             pause: the screen stays as it is",
      "  h             help",
      "",
      "When the gateway goes away it waits for it. With --once, --json or without a terminal: one"
          + " look, printed."
    },
    footer = {"", "Examples:", "  holdfast top", "  holdfast top --once", "  holdfast top --json"})
final class TopCommand implements Callable<Integer> {

  static final Duration REFRESH = Duration.ofSeconds(1);

  @Mixin private @Nullable ClientOptions clientOptions;

  @Option(names = "--once", description = "One look, printed, then end.")
  private boolean once;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    Terminal terminal = options.terminal();
    try (AdminClient client = options.client()) {
      TopLook first = TopLook.at(client, options.pace());
      if (options.json()) {
        Answers.json(options, first.json());
        return ExitCode.DONE;
      }
      if (once || !terminal.fullScreen()) {
        TopFrame frame = new TopFrame(first, new TopView(), client.base().toString());
        terminal.lines(
            frame.all().stream()
                .map(line -> line.shown(terminal.width(), terminal.colours()))
                .toList());
        return ExitCode.DONE;
      }
      return new TopScreen(client, options.pace(), terminal.colours()).run(first);
    }
  }
}
