package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.holdfast.gateway.conf.ConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code check} says, and what {@code serve} is given. */
class CheckAndServeIT {

  private final Cli cli = new Cli();
  private final StringWriter out = cli.out;
  private final StringWriter err = cli.err;
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void stop() {
    cli.close();
  }

  private int run(String... words) {
    return cli.run(words);
  }

  @Test
  void check_badConfiguration_exits2WithOneLine() throws Exception {
    Path config = Files.writeString(folder.resolve("h.yaml"), "node: x\nbad: y\n");

    assertThat(run("check", "--config", config.toString())).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("holdfast: " + config + ":2: bad: unknown key");
  }

  @Test
  void check_bounceWithoutASmarthost_warns() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("holdfast.yaml"),
            "delivery: { on-refused: bounce }\nmap: { load: '' }\n");
    assertThat(run("check", "--config", config.toString())).isZero();
    assertThat(err.toString()).startsWith("warning: ").contains("there is no delivery.smarthost");
  }

  @Test
  void check_badMap_exits2WithItsLine() throws Exception {
    Path map = Files.writeString(folder.resolve("m.yaml"), "users:\n- { address: a, pair: p }\n");
    Path config = Files.writeString(folder.resolve("h.yaml"), "map: { load: " + map + " }\n");

    assertThat(run("check", "--config", config.toString())).isEqualTo(2);
    assertThat(err.toString()).contains(map + ":2: users[1].address: not an address");
  }

  @Test
  void serve_goodConfiguration_runsTheGateway() throws Exception {
    Path config = Files.writeString(folder.resolve("h.yaml"), "node: gw9\n");
    CommandLine line =
        Main.commandLine(
            (settings, file) ->
                settings.settings().node().equals("gw9") && file.equals(config) ? 0 : 9,
            _ -> 9,
            Map.of());

    assertThat(line.execute("serve", "--config", config.toString())).isEqualTo(0);
  }

  @Test
  void serve_portInUse_exits2() throws Exception {
    Path config = Files.writeString(folder.resolve("h.yaml"), "");
    CommandLine line =
        Main.commandLine(
            (_, _) -> {
              throw new ConfigurationException("smtp.listen: in use");
            },
            _ -> 9,
            Map.of());
    line.setErr(new PrintWriter(err, true));

    assertThat(line.execute("serve", "--config", config.toString())).isEqualTo(2);
    assertThat(err).hasToString("holdfast: smtp.listen: in use\n");
  }

  @Test
  void check_saysWhichFileAndWhichDataFolder() throws Exception {
    Path config =
        Files.writeString(folder.resolve("h.yaml"), "data: some/data\nmap: { load: '' }\n");
    assertThat(run("check", "--config", config.toString())).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            config + ": ok",
            "  configuration  " + config,
            "  data folder    "
                + Path.of("some/data").toAbsolutePath()
                + " (not there yet: the first start makes it)");
  }

  @Test
  void check_manyBadLines_areNamedUpToTwenty() throws Exception {
    Path map = Files.writeString(folder.resolve("m.csv"), "address,pair\n" + "x,p\n".repeat(22));
    Path config = Files.writeString(folder.resolve("h.yaml"), "map: { load: " + map + " }\n");
    assertThat(run("check", "--config", config.toString())).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(21).endsWith("holdfast: and 2 more");
  }
}
