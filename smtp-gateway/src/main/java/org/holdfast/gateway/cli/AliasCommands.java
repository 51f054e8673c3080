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

/** {@code alias ...}: mail to one address, or domain, goes to another. */
@Command(
    name = "alias",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Aliases: mail to one address goes to another; mail to @DOMAIN to the same name in another"
          + " domain."
    })
final class AliasCommands implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing: list, set, remove");
  }

  @Command(
      name = "list",
      footer = {"", "Examples:", "  holdfast alias list"},
      description = "Aliases in the order of the map's keys.")
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
          new Pages(client, "/v1/aliases", Map.of(), limit),
          new String[] {"FROM", "TO"},
          "from",
          "to");
    }
  }

  @Command(
      name = "set",
      footer = {
        "",
        "Examples:",
        "  holdfast alias set info@example.com --to alice@example.com",
        "  holdfast alias set @example.net --to @example.com"
      },
      description = "Creates an alias or lets it lead elsewhere.")
  int set(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "FROM", description = "An address, or @DOMAIN.") String from,
      @Option(
              names = "--to",
              paramLabel = "ADDRESS",
              required = true,
              description = "Where it leads: an address, or @DOMAIN.")
          String to)
      throws Exception {
    try (AdminClient client = options.client()) {
      var answer = client.put(path(from), AdminClient.object().put("to", to));
      return Answers.done(options, from + " leads to " + to, answer);
    }
  }

  @Command(
      name = "remove",
      footer = {"", "Examples:", "  holdfast alias remove info@example.com"},
      description = "Removes an alias.")
  int remove(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "FROM", description = "An address, or @DOMAIN.") String from)
      throws Exception {
    try (AdminClient client = options.client()) {
      return Answers.done(options, "alias " + from + " is removed", client.delete(path(from)));
    }
  }

  private static String path(String from) {
    return "/v1/aliases/" + AdminClient.segment(from);
  }
}
