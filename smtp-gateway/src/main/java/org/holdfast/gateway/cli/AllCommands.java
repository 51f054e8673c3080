package org.holdfast.gateway.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code all ...}: everything at once. */
@Command(
    name = "all",
    synopsisSubcommandLabel = "COMMAND",
    description = "Everything at once: all mail is accepted and held, or goes again.")
final class AllCommands implements Runnable {

  private static final String PATH = "/v1/all";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing: hold, release");
  }

  @Command(name = "hold", description = "All mail is held from now on.")
  int hold(
      @Mixin ClientOptions options,
      @Option(
              names = "--reason",
              paramLabel = "R",
              required = true,
              description = "Why; kept and shown.")
          String reason,
      @Option(
              names = "--wait",
              paramLabel = "TIME",
              description = "How long to wait for open deliveries; default: the gateway's.")
          @Nullable String wait)
      throws Exception {
    return HoldSwitch.set(options, PATH, "everything", "hold", reason, wait);
  }

  @Command(
      name = "release",
      description = "Mail goes again, except for what is on hold by itself (see: holdfast holds).")
  int release(
      @Mixin ClientOptions options,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason)
      throws Exception {
    return HoldSwitch.set(options, PATH, "everything", "active", reason, null);
  }
}
