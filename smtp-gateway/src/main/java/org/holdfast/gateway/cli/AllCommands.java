package org.holdfast.gateway.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

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

  @Command(
      name = "hold",
      footer = {
        "",
        "Examples:",
        "  holdfast all hold --reason 'storage is down'",
        "  holdfast all hold --reason 'storage is down' --yes"
      },
      description = {
        "All mail is held from now on. Asks first; without a terminal it needs --yes."
      })
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
          @Nullable String wait,
      @Mixin Consent consent)
      throws Exception {
    if (!consent.given() && !consent.to(options, "hold the mail of " + everybody(options))) {
      return ExitCode.REFUSED;
    }
    return HoldSwitch.set(options, PATH, "everything", "hold", reason, wait);
  }

  /** Whom it is about. */
  private static String everybody(ClientOptions options) throws Exception {
    try (AdminClient client = options.client()) {
      JsonNode pairs = Pages.items(client.get("/v1/pairs"));
      long open = pairs.valueStream().mapToLong(pair -> pair.path("inFlight").asLong(0)).sum();
      return "all users on all " + pairs.size() + " pairs (" + open + " deliveries open now)";
    }
  }

  @Command(
      name = "release",
      footer = {"", "Examples:", "  holdfast all release"},
      description = "Mail goes again, except for what is on hold by itself (see: holdfast holds).")
  int release(
      @Mixin ClientOptions options,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason)
      throws Exception {
    return HoldSwitch.set(options, PATH, "everything", "active", reason, null);
  }
}
