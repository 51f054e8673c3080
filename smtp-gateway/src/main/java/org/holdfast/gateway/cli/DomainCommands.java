package org.holdfast.gateway.cli;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code domain ...}: which domains are served, and which are on hold. */
@Command(
    name = "domain",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Domains: which are served, and which are on hold.",
      "",
      "A domain in which a user, a catch-all (@DOMAIN) or an alias is, is served without another"
          + " word. One that is declared is served though nobody is there yet: its mail is refused as"
          + " \"no such user\", not as \"not ours\"."
    })
final class DomainCommands implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "a command is missing: list, set, remove, hold, release");
  }

  @Command(
      name = "list",
      footer = {"", "Examples:", "  holdfast domain list"},
      description = "Domains that are declared or on hold, then those in which somebody lives.")
  int list(
      @Mixin ClientOptions options,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "1000",
              description = "At most so many; default ${DEFAULT-VALUE}.")
          int limit)
      throws Exception {
    try (AdminClient client = options.client()) {
      return Answers.table(
          options,
          new Pages(client, "/v1/domains", Map.of(), limit),
          new String[] {"DOMAIN", "STATE", "CATCH-ALL", "DECLARED", "REASON"},
          "domain",
          "state",
          "pair",
          "declared",
          "reason");
    }
  }

  @Command(
      name = "set",
      footer = {"", "Examples:", "  holdfast domain set example.org"},
      description = "Declares a domain: it is served from now on.")
  int set(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "DOMAIN", description = "The domain.") String domain)
      throws Exception {
    try (AdminClient client = options.client()) {
      var answer = client.put(path(domain), AdminClient.object());
      return Answers.done(options, "domain " + domain + " is declared", answer);
    }
  }

  @Command(
      name = "remove",
      footer = {"", "Examples:", "  holdfast domain remove example.org"},
      description = "Takes the declaration back. Users, aliases and held mail stay as they are.")
  int remove(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "DOMAIN", description = "The domain.") String domain)
      throws Exception {
    try (AdminClient client = options.client()) {
      var answer = client.delete(path(domain));
      return Answers.done(options, "domain " + domain + " is not declared any more", answer);
    }
  }

  @Command(
      name = "hold",
      footer = {"", "Examples:", "  holdfast domain hold example.org --reason migration"},
      description = "Everything for this domain is held from now on.")
  int hold(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "DOMAIN", description = "The domain.") String domain,
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
    return HoldSwitch.set(options, path(domain), "domain " + domain, "hold", reason, wait);
  }

  @Command(
      name = "release",
      footer = {"", "Examples:", "  holdfast domain release example.org"},
      description = "Mail for this domain goes again.")
  int release(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "DOMAIN", description = "The domain.") String domain,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason)
      throws Exception {
    return HoldSwitch.set(options, path(domain), "domain " + domain, "active", reason, null);
  }

  private static String path(String domain) {
    return "/v1/domains/" + AdminClient.segment(domain);
  }
}
