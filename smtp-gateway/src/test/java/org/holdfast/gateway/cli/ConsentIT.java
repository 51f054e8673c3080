package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is asked before what; the actions on the queue are in {@link QueueActionsIT}. */
class ConsentIT {

  private static final String ALICE = "/v1/users/alice%40example.com";

  private final Cli cli = new Cli();
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void stop() {
    cli.close();
  }

  private Path list(int users) throws IOException {
    String lines =
        IntStream.range(0, users).mapToObj(i -> "u" + i + "@x.org\n").collect(Collectors.joining());
    return Files.writeString(folder.resolve("list"), lines);
  }

  @Test
  void allHold_byAScript_needsYesAndSaysWhatItWouldDo() {
    cli.gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"inFlight\":2},{\"inFlight\":1}]}")
        .on("PUT /v1/all/state", 200, "{\"state\":\"hold\",\"quiesced\":true}");
    assertThat(cli.run("all", "hold", "--reason", "r")).isEqualTo(2);
    assertThat(cli.err.toString())
        .contains("all users on all 2 pairs (3 deliveries open now); to do it say --yes");
    assertThat(cli.gateway.asked()).hasSize(1);
    assertThat(cli.run("all", "hold", "--reason", "r", "--yes")).isEqualTo(0);
    assertThat(cli.run("all", "release")).isEqualTo(0);
  }

  @Test
  void allHold_personSaysNo_isNotSent() {
    cli.gateway.on("GET /v1/pairs", 200, "{\"items\":[]}");
    cli.answer = false;
    assertThat(cli.run("all", "hold", "--reason", "r")).isEqualTo(1);
    assertThat(cli.gateway.asked()).hasSize(1);
  }

  @Test
  void removals_askAPersonButNoScript() {
    cli.gateway
        .on("GET " + ALICE, 200, "{\"state\":\"active\",\"pair\":\"p\"}")
        .on("DELETE " + ALICE, 200, "{\"removed\":true}")
        .on("DELETE /v1/pairs/p", 200, "{\"removed\":true}");
    assertThat(cli.run("user", "remove", "alice@example.com")).isEqualTo(0);
    assertThat(cli.run("pair", "remove", "p")).isEqualTo(0);
    cli.answer = false;
    assertThat(cli.run("user", "remove", "alice@example.com")).isEqualTo(1);
    assertThat(cli.run("pair", "remove", "p")).isEqualTo(1);
    assertThat(cli.questions)
        .containsExactly("remove alice@example.com (active on p)?", "remove the pair p?");
    assertThat(cli.run("user", "remove", "alice@example.com", "--yes")).isEqualTo(0);
  }

  @Test
  void forcedFailover_asksAPersonButNoScript() {
    cli.gateway.on("POST /v1/pairs/p/failover", 200, "{\"outcome\":\"done\"}");
    assertThat(cli.run("pair", "failover", "p", "--force")).isEqualTo(0);
    cli.answer = false;
    assertThat(cli.run("pair", "failover", "p")).isEqualTo(0);
    assertThat(cli.questions).isEmpty();
    assertThat(cli.run("pair", "failover", "p", "--force")).isEqualTo(1);
    assertThat(cli.gateway.asked()).hasSize(2);
  }

  @Test
  void manyFlips_askAPersonBeyondTheLimit() throws Exception {
    cli.gateway.on("POST /v1/states", 200, "");
    cli.answer = false;
    String few = list(UserStateCommand.FEW).toString();
    assertThat(cli.run("user", "state", "moving", "--file", few)).isEqualTo(1);
    assertThat(cli.questions).isEmpty();
    assertThat(cli.gateway.asked()).hasSize(1);

    String many = list(UserStateCommand.FEW + 1).toString();
    assertThat(cli.run("user", "state", "moving", "--file", many)).isEqualTo(1);
    assertThat(cli.run("user", "state", "closed", "--file", list(2).toString())).isEqualTo(1);
    assertThat(cli.questions).containsExactly("set 101 users to moving?", "set 2 users to closed?");
    assertThat(cli.gateway.asked()).hasSize(1);
  }

  @Test
  void manyFlips_byAScript_goOn() throws Exception {
    cli.gateway.on("POST /v1/states", 200, "");
    String many = list(UserStateCommand.FEW + 1).toString();
    assertThat(cli.run("user", "state", "closed", "--file", many)).isEqualTo(1);
    assertThat(cli.gateway.asked()).hasSize(1);
    assertThat(cli.err.toString()).contains("0 of 101 are closed");
  }

  @Test
  void mapLoad_thatChangesWhatIsThere_asksAPerson() throws Exception {
    Path map = Files.writeString(folder.resolve("m.yaml"), "pairs: []\n");
    cli.gateway
        .on("GET /v1/pairs", 200, "{\"items\":[]}")
        .on("POST /v1/map?dry-run=true", 200, "{\"users\":5,\"kinds\":{\"users\":{\"changed\":3}}}")
        .on("POST /v1/map", 200, "{\"users\":5}");
    cli.answer = false;
    assertThat(cli.run("map", "load", map.toString())).isEqualTo(1);
    assertThat(cli.questions).containsExactly("change 3 users, pairs or aliases of the map?");
    cli.answer = null;
    assertThat(cli.run("map", "load", map.toString())).isEqualTo(0);
    assertThat(cli.out.toString()).contains("loaded: ");
  }
}
