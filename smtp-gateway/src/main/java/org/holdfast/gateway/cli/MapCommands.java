package org.holdfast.gateway.cli;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

/** {@code map ...}: the whole location map at once. */
@Command(
    name = "map",
    synopsisSubcommandLabel = "COMMAND",
    description = "The location map as a whole: which pair holds whose mailbox.")
final class MapCommands implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing: load, dump, diff");
  }

  @Command(
      name = "load",
      footer = {
        "",
        "Examples:",
        "  holdfast map load conf/map.yaml --dry-run",
        "  holdfast map load users.csv"
      },
      description = {
        "Loads a map from YAML (as conf/map.yaml), or users from CSV (the file's name ends in .csv;"
            + " a first line address,pair,state, to which ,to,reason,priority may be added). Of any size.",
        "",
        "Idempotent: what is in the map already is left alone, what is not in the file stays, no hold"
            + " is lifted. A user or pair whose mail goes elsewhere is switched only when no delivery"
            + " to the old place is open; one that did not drain in time is named, and the exit code"
            + " is 1."
      })
  int load(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "FILE", description = "YAML or CSV.") Path file,
      @Option(names = "--dry-run", description = "Says what would change, and changes nothing.")
          boolean dryRun,
      @Option(
              names = "--from-line",
              paramLabel = "N",
              description = "Of a CSV: goes on at this line after a load that broke off.",
              defaultValue = "2")
          long fromLine,
      @Option(
              names = "--wait",
              paramLabel = "TIME",
              description =
                  "How long to wait for open deliveries, such as 30s; default: the gateway's.")
          @Nullable String wait,
      @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
          @Nullable String reason,
      @Mixin Consent consent)
      throws Exception {
    boolean csv = isCsv(options, file);
    if (fromLine < 2 || (fromLine > 2 && !csv)) {
      throw options.misuse("--from-line is a line of a CSV, 2 (the first user) or later");
    }
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("wait", wait);
    query.put("reason", reason);
    try (AdminClient client = options.client()) {
      boolean asks = !dryRun && !consent.given() && options.person().present();
      if (asks && Files.size(file) <= YamlLoad.WHOLE) {
        long changed = load(options, client, file, query, fromLine, true).changed();
        String would = "change " + Progress.count(changed) + " users, pairs or aliases of the map";
        if (changed > 0 && !consent.atTerminal(options, would)) {
          return ExitCode.REFUSED;
        }
      }
      return load(options, client, file, query, fromLine, dryRun).print(options, dryRun);
    } catch (CsvLoad.BrokenOffException e) {
      options.terminal().warn("To go on: " + again(e.line()));
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static LoadSum load(
      ClientOptions options,
      AdminClient client,
      Path file,
      Map<String, @Nullable Object> query,
      long fromLine,
      boolean dryRun)
      throws Exception {
    query.put("dry-run", dryRun ? "true" : null);
    String call = "/v1/map" + AdminClient.query(query);
    return isCsv(options, file)
        ? new CsvLoad(client, options.terminal(), file, call).load(fromLine)
        : new YamlLoad(client, options.terminal(), file, call).load(dryRun);
  }

  /** The command that was given, from another line on. */
  private String again(long line) {
    List<String> words = new ArrayList<>(List.of("./holdfast"));
    boolean skip = false;
    for (String word :
        Objects.requireNonNull(spec).root().commandLine().getParseResult().originalArgs()) {
      boolean isLine = word.equals("--from-line");
      boolean isToken = words.getLast().equals("--token");
      if (!skip && !isLine && !word.startsWith("--from-line=")) {
        words.add(isToken ? "..." : word.startsWith("--token=") ? "--token=..." : quoted(word));
      }
      skip = isLine;
    }
    return String.join(" ", words) + " --from-line " + line;
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:@=+,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static boolean isCsv(ClientOptions options, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw options.misuse("there is no readable file " + file);
    }
    return file.toString().endsWith(".csv");
  }

  @Command(
      name = "dump",
      footer = {
        "",
        "Examples:",
        "  holdfast map dump > map.yaml",
        "  holdfast map dump --format csv > users.csv"
      },
      description = {
        "Writes the map as it is at one moment to stdout, so that map load reads it back the same.",
        "YAML is everything; its last line is # end: N users. When that is missing, or the exit code"
            + " is not 0, the dump is not whole."
      })
  int dump(
      @Mixin ClientOptions options,
      @Option(
              names = "--format",
              paramLabel = "yaml|csv|ndjson",
              defaultValue = "yaml",
              description =
                  "csv: the users only; ndjson (or --json): for programs; default ${DEFAULT-VALUE}.")
          String format)
      throws Exception {
    String wanted = options.json() ? "ndjson" : format;
    if (!List.of("yaml", "csv", "ndjson").contains(wanted)) {
      throw options.misuse("--format is yaml, csv or ndjson, not " + format);
    }
    String path = "/v1/map" + AdminClient.query(Map.of("format", wanted));
    try (AdminClient client = options.client()) {
      options
          .terminal()
          .copy(client.open("GET", path, "application/json", BodyPublishers.noBody()));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "diff",
      footer = {"", "Examples:", "  holdfast map diff map.yaml"},
      description = {
        "Compares a file (YAML or CSV, of any size) with the map as it is at one moment.",
        "",
        "  + only in the file    - only in the map    ~ in both, and different",
        "",
        "A CSV is compared with the users only. What the file does not say of a user (its state, say)"
            + " is no difference; reasons are not compared. Exit 0: no difference. Exit 1: some."
      })
  int diff(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "FILE", description = "YAML or CSV.") Path file)
      throws Exception {
    boolean csv = isCsv(options, file);
    try (AdminClient client = options.client();
        MapDiff diff = new MapDiff(client, options, file)) {
      return diff.compare(csv);
    }
  }
}
