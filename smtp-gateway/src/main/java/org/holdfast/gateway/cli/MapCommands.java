package org.holdfast.gateway.cli;

import java.io.InputStream;
import java.io.Reader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.holdfast.gateway.conf.MapFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

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
        Objects.requireNonNull(spec).commandLine(), "a command is missing: load, dump");
  }

  @Command(
      name = "load",
      description = {
        "Loads pairs, users and aliases from YAML (as conf/map.yaml), or users from CSV (a first"
            + " line address,pair,state; the file's name ends in .csv).",
        "Idempotent: what is in the map already is left alone, what is not in the file stays."
      })
  int load(
      @Mixin ClientOptions options,
      @Parameters(paramLabel = "FILE", description = "YAML or CSV.") Path file)
      throws Exception {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw options.misuse("there is no readable file " + file);
    }
    try (AdminClient client = options.client()) {
      JsonNode answer =
          file.toString().endsWith(".csv") ? new CsvLoad(client, file).load() : yaml(client, file);
      return Answers.done(options, "loaded: " + Answers.flat(answer), answer);
    }
  }

  /** Read here first, so that what is wrong is said with the file's name and line. */
  private static JsonNode yaml(AdminClient client, Path file) throws Exception {
    Set<String> known = CsvLoad.pairs(client);
    try (Reader text = Files.newBufferedReader(file)) {
      var _ = MapFile.read(file.toString(), text, known::contains);
    }
    try (InputStream body =
        client.open("POST", "/v1/map", "application/yaml", BodyPublishers.ofFile(file))) {
      return AdminClient.JSON.readTree(body.readAllBytes());
    }
  }

  @Command(
      name = "dump",
      description = "Writes the map to stdout, so that map load reads it back the same.")
  int dump(
      @Mixin ClientOptions options,
      @Option(
              names = "--format",
              paramLabel = "yaml|csv",
              defaultValue = "yaml",
              description = "csv: the users only; default ${DEFAULT-VALUE}.")
          String format)
      throws Exception {
    if (!format.equals("yaml") && !format.equals("csv")) {
      throw options.misuse("--format is yaml or csv, not " + format);
    }
    String path = "/v1/map" + AdminClient.query(Map.of("format", format));
    try (AdminClient client = options.client()) {
      options
          .terminal()
          .copy(client.open("GET", path, "application/json", BodyPublishers.noBody()));
      return ExitCode.DONE;
    }
  }
}
