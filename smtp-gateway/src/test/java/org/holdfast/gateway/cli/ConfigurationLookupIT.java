package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which configuration counts, and where its relative paths begin, for who calls from where: in
 * processes, as each has one working directory.
 */
class ConfigurationLookupIT {

  @TempDir private Path temporary = Path.of("");
  private Path copy = Path.of("");
  private Path elsewhere = Path.of("");

  @BeforeEach
  void fill() throws IOException {
    Path real = temporary.toRealPath();
    copy = Files.createDirectories(real.resolve("copy"));
    elsewhere = Files.createDirectories(real.resolve("elsewhere"));
    Files.createDirectories(copy.resolve("conf"));
    Files.writeString(copy.resolve("conf/holdfast.yaml"), "node: own\n");
    Files.writeString(copy.resolve("conf/map.yaml"), "users: []\n");
    Files.writeString(elsewhere.resolve("h.yaml"), "data: d\nmap: { load: '' }\n");
  }

  /** In this folder, as the launcher of the copy does; {@code property} may be empty. */
  private String run(Path folder, String property, String... words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dholdfast.root=" + copy,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    if (!property.isEmpty()) {
      command.add(1, property);
    }
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  @Test
  void ownConfiguration_isAtHomeInTheCopy_whereverItIsCalledFrom() throws Exception {
    assertThat(run(copy, "", "check"))
        .startsWith("conf/holdfast.yaml: ok\n")
        .contains("data folder    " + copy.resolve("var/data") + " ", "conf/map.yaml: ok");
    assertThat(run(elsewhere, "", "check"))
        .startsWith(copy.resolve("conf/holdfast.yaml") + ": ok\n")
        .contains("data folder    " + copy.resolve("var/data") + " ")
        .contains(copy.resolve("conf/map.yaml") + ": ok");
  }

  @Test
  void namedConfiguration_beginsAtTheFolderOfTheCaller() throws Exception {
    assertThat(run(elsewhere, "", "check", "--config", "h.yaml"))
        .contains("data folder    " + elsewhere.resolve("d") + " ");
    assertThat(run(copy, "", "check", "--config", elsewhere.resolve("h.yaml").toString()))
        .contains("data folder    " + copy.resolve("d") + " ");
  }

  @Test
  void installedConfiguration_isAtHomeInItsFolder() throws Exception {
    Path installed = elsewhere.resolve("h.yaml");
    assertThat(run(copy, "-Dholdfast.config=" + installed, "check"))
        .startsWith(installed + ": ok\n")
        .contains("data folder    " + elsewhere.resolve("d") + " ");
  }

  @Test
  void token_isThatOfTheSameFolder() throws Exception {
    Files.createDirectories(copy.resolve("var/data"));
    Files.writeString(copy.resolve("var/data/operator.token"), "of-the-copy");
    try (StubGateway gateway = new StubGateway()) {
      String said = run(elsewhere, "", "queue", "summary", "--url", gateway.url());
      assertThat(gateway.asked().getFirst().authorization())
          .as(said)
          .isEqualTo("Bearer of-the-copy");
    }
  }

  @Test
  void token_ofAGatewayThatWasStartedHere_goesFirst() throws Exception {
    for (Path folder : List.of(copy, elsewhere)) {
      Files.createDirectories(folder.resolve("var/data"));
      Files.writeString(folder.resolve("var/data/operator.token"), folder.getFileName().toString());
    }
    try (StubGateway gateway = new StubGateway()) {
      String said = run(elsewhere, "", "queue", "summary", "--url", gateway.url());
      assertThat(gateway.asked().getFirst().authorization()).as(said).isEqualTo("Bearer elsewhere");
    }
  }
}
