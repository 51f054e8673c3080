package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.MapFile;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.UserCsv;
import org.holdfast.gateway.wiring.Descriptors;
import org.holdfast.routing.MapCheck;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.RefusedChangeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: is what an operator wrote right? */
@Command(
    name = "check",
    footer = {
      "",
      "Examples:",
      "  holdfast check",
      "  holdfast check --config /etc/holdfast/holdfast.yaml"
    },
    description = {
      "Validates the configuration, and the map, certificates and accounts that it names.",
      "",
      "Says which files it looked at and which data folder a gateway would use.",
      "",
      "Exit 0: all are right. Exit 2: says what is wrong, by file and line; of a map the first 20"
          + " lines that are."
    })
final class CheckCommand implements Callable<Integer> {

  private static final String RETURNS_WITHOUT_SMARTHOST =
      "delivery.on-refused says bounce and there is no delivery.smarthost: only senders of the map"
          + " can be told, mail of all others is parked";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Configuration. Relative paths in it begin at the folder the command is called from.",
        "Default: conf/holdfast.yaml beside the launcher; its relative paths begin there, too."
      })
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Path file = ConfigPath.of(config);
    Settings settings = ConfigPath.read(config).settings();
    List<String> warnings = new ArrayList<>();
    warnings.addAll(DoorCheck.warnings(file, "smtp", settings.smtp(), Instant.now()));
    warnings.addAll(DoorCheck.warnings(file, "lmtp", settings.lmtp(), Instant.now()));
    warnings.addAll(DoorCheck.warnings(file, settings.admin(), Instant.now()));
    say(file + ": ok");
    say("  configuration  " + absolute(file));
    say("  data folder    " + absolute(settings.data()) + made(settings.data()));
    warnings.forEach(warning -> Terminal.of(spec).warn("warning: " + file + ": " + warning));
    if (settings.delivery().returnsWithoutSmarthost()) {
      Terminal.of(spec).warn("warning: " + file + ": " + RETURNS_WITHOUT_SMARTHOST);
    }
    Descriptors.ofProcess(settings.maxConnections())
        .warning(settings.maxConnections())
        .ifPresent(warning -> Terminal.of(spec).warn("warning: " + file + ": " + warning));
    Optional<Path> map = settings.map().load();
    if (map.isPresent()) {
      say(map.orElseThrow() + ": ok, " + checked(map.orElseThrow(), settings.map().subaddress()));
    }
    return ExitCode.DONE;
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private static String made(Path data) {
    return Files.isDirectory(data) ? "" : " (not there yet: the first start makes it)";
  }

  private String checked(Path map, String subaddress) throws Exception {
    if (!map.toString().endsWith(".csv")) {
      MapContents contents = MapFile.read(map);
      warn(map, contents, subaddress);
      return contents.pairs().size()
          + " pairs, "
          + contents.users().size()
          + " users, "
          + contents.aliases().size()
          + " aliases";
    }
    if (!Files.isReadable(map)) {
      throw new ConfigurationException(map + ": there is no such file");
    }
    try (BufferedReader text = Files.newBufferedReader(map, StandardCharsets.UTF_8)) {
      return UserCsv.read(map.toString(), text, pair -> true, user -> {}) + " users";
    }
  }

  private void warn(Path map, MapContents contents, String subaddress)
      throws ConfigurationException {
    try {
      for (String warning : MapCheck.warnings(contents, subaddress)) {
        Terminal.of(spec).warn("warning: " + map + ": " + warning);
      }
    } catch (RefusedChangeException e) {
      throw new ConfigurationException(map + ": " + e.getMessage());
    }
  }

  private void say(String line) {
    Terminal.of(spec).line(line);
  }
}
