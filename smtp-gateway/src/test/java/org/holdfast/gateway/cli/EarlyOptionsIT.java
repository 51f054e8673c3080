package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that stand before the command. */
class EarlyOptionsIT {

  private final Cli cli = new Cli();
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void stop() {
    cli.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--token mine --json alias list",
        "--token=mine alias --json list",
        "alias --token mine --json list",
        "--json alias list --token mine",
      })
  void options_anywhere_countAsBehindTheCommand(String words) {
    cli.gateway.on("GET /v1/aliases?limit=1000", 200, "{\"items\":[],\"next\":null}");
    assertThat(cli.run(words.split(" "))).as(cli.err.toString()).isZero();
    assertThat(cli.gateway.asked().getFirst().authorization()).isEqualTo("Bearer mine");
    assertThat(AdminClient.JSON.readTree(cli.out.toString()).path("items").isArray()).isTrue();
  }

  @Test
  void url_beforeTheCommand_isAsked() throws Exception {
    try (StubGateway other = new StubGateway()) {
      other.on("GET /v1/queue", 200, "{\"byPair\":{}}");
      assertThat(cli.run("--url", other.url(), "queue", "summary")).isZero();
      assertThat(other.asked()).hasSize(1);
      assertThat(cli.gateway.asked()).isEmpty();
    }
  }

  @Test
  void config_beforeCheck_isTheOneThatIsChecked() throws Exception {
    Path config = Files.writeString(folder.resolve("h.yaml"), "map: { load: '' }");
    assertThat(cli.run("--config", config.toString(), "check")).isZero();
    assertThat(cli.out.toString()).startsWith(config + ": ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--json check|there is no option --json",
        "--url x --url y queue summary|specified only once",
        "--url x queue summary --url y|specified only once",
        "--url x queue --url y summary|specified only once",
        "--url x|a command is missing",
        "--nope queue summary|there is no option --nope",
      })
  void nonsense_isWrongUsage(String words) {
    String[] parts = words.split("\\|", 2);
    assertThat(cli.run(parts[0].split(" "))).isEqualTo(2);
    assertThat(cli.err.toString()).contains(parts[1]);
    assertThat(cli.gateway.asked()).isEmpty();
  }
}
