package org.holdfast.gateway.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code restore ...}: whose mailbox is to be restored next. */
@Command(
    name = "restore",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Whose mailbox is to be restored next: in the order in which users tried to log in while it was"
          + " away. Holdfast restores nothing itself: take the next ones, restore them, and say"
          + " 'user state ADDRESS active'."
    })
final class RestoreCommands implements Runnable {

  private static final String PATH = "/v1/restores";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing: list, next");
  }

  private static Map<String, @Nullable Object> filter(@Nullable String pair, boolean all) {
    Map<String, @Nullable Object> filter = new LinkedHashMap<>();
    filter.put("pair", pair);
    filter.put("all", all ? "true" : null);
    return filter;
  }

  @Command(
      name = "list",
      footer = {
        "",
        "Examples:",
        "  holdfast restore list --pair imap5-6",
        "  holdfast restore list --pair imap5-6 --all --limit 100000 --json"
      },
      description = "Those who wait, the first to ask first. POSITION counts within a pair.")
  int list(
      @Mixin ClientOptions options,
      @Option(
              names = "--pair",
              completionCandidates = CompletionCommand.PairNames.class,
              paramLabel = "P",
              description = "Only of this pair.")
          @Nullable String pair,
      @Option(
              names = "--all",
              description = "Behind them the others who are moving or recovering, by address.")
          boolean all,
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
          new Pages(client, PATH, filter(pair, all), limit),
          new String[] {
            "POSITION", "ADDRESS", "PAIR", "STATE", "TO", "SINCE", "ATTEMPTS", "HELD", "OLDEST"
          },
          "position",
          "address",
          "pair",
          "state",
          "to",
          "since",
          "attempts",
          "held",
          "oldest");
    }
  }

  @Command(
      name = "next",
      footer = {
        "",
        "Examples:",
        "  holdfast restore next --pair imap5-6",
        "  holdfast restore next --pair imap5-6 --count 20 --all"
      },
      description = {
        "The addresses whose turn it is, one a line, for scripts; nothing when nobody waits.",
        "It marks nobody: an address comes again until its user is active."
      })
  int next(
      @Mixin ClientOptions options,
      @Option(
              names = "--pair",
              completionCandidates = CompletionCommand.PairNames.class,
              paramLabel = "P",
              required = true,
              description = "Of this pair.")
          String pair,
      @Option(
              names = "--count",
              paramLabel = "N",
              defaultValue = "1",
              description = "How many; default ${DEFAULT-VALUE}.")
          int count,
      @Option(
              names = "--all",
              description = "When all who asked are through, the others, by address.")
          boolean all)
      throws Exception {
    if (count < 1) {
      throw options.misuse("--count must be 1 or more, not " + count);
    }
    try (AdminClient client = options.client()) {
      boolean _ =
          new Pages(client, PATH, filter(pair, all), count)
              .each(
                  item -> options.terminal().line(Terminal.oneLine(Answers.text(item, "address"))));
      return ExitCode.DONE;
    }
  }
}
