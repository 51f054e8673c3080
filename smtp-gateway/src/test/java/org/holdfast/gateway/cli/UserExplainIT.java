package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code user explain}, and flips that are only tried out. */
class UserExplainIT {

  private static final String ALICE = "/v1/users/alice%40example.com";
  private static final String EXPLAINED =
      """
      {"address":"alice@example.com","pair":"p","explanation":{"outcome":"held","reply":null,
       "sentence":"It would be held: alice is moving.",
       "steps":[{"what":"user","found":"alice@example.com lives on p"},
                {"what":"state","found":"moving since 03:00"}]}}
      """;

  private final Cli cli = new Cli();

  @AfterEach
  void stop() {
    cli.close();
  }

  @Test
  void explain_isASentenceAndItsSteps() {
    cli.gateway.on("GET " + ALICE + "?explain=true", 200, EXPLAINED);
    assertThat(cli.run("user", "explain", "alice@example.com")).isEqualTo(0);
    assertThat(cli.out.toString().lines())
        .containsExactly(
            "It would be held: alice is moving.",
            "  user         alice@example.com lives on p",
            "  state        moving since 03:00");
  }

  @Test
  void show_saysItToo() {
    cli.gateway
        .on("GET " + ALICE, 200, "{\"address\":\"alice@example.com\"}")
        .on("GET " + ALICE + "?explain=true", 200, EXPLAINED);
    assertThat(cli.run("user", "show", "alice@example.com")).isEqualTo(0);
    assertThat(cli.out.toString()).contains("mail now     It would be held: alice is moving.");
  }

  @Test
  void dryRun_ofOne_isItsSentence() {
    cli.gateway
        .on("GET " + ALICE + "?explain=true", 200, EXPLAINED)
        .on(
            "PUT " + ALICE + "/state?dry-run=true",
            200,
            "{\"dryRun\":true,\"sentence\":\"alice would be active instead of moving.\"}");
    assertThat(cli.run("user", "state", "alice@example.com", "active", "--dry-run")).isEqualTo(0);
    assertThat(cli.out).hasToString("alice would be active instead of moving.\n");
  }

  @Test
  void dryRun_ofMany_countsAndNamesWhatWouldBeRefused() {
    cli.gateway
        .on("GET " + ALICE + "?explain=true", 200, EXPLAINED)
        .on(
            "POST /v1/states?dry-run=true",
            200,
            """
            {"address":"alice@example.com","dryRun":true,"changed":true}
            {"address":"b@x.org","dryRun":true,"changed":false}
            {"address":"c@x.org","status":404,"error":"there is no user"}
            """);
    assertThat(
            cli.run(
                "user", "state", "alice@example.com", "b@x.org", "c@x.org", "active", "--dry-run"))
        .isEqualTo(1);
    assertThat(cli.out).hasToString("c@x.org: there is no user\n");
    assertThat(cli.err.toString())
        .contains("1 would change, 1 stand so already, 1 would be refused");
  }

  @Test
  void dryRun_ofAGatewayThatWouldDoIt_isNotAsked() {
    cli.gateway.on("GET " + ALICE + "?explain=true", 200, "{\"address\":\"alice@example.com\"}");
    assertThat(cli.run("user", "state", "alice@example.com", "moving", "--dry-run")).isEqualTo(1);
    assertThat(cli.err.toString()).contains("too old");
    assertThat(cli.gateway.asked()).hasSize(1);
  }
}
