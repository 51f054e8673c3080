package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code restore list} and {@code restore next}, and a user's place in {@code user show}. */
class RestoreCommandsIT {

  private static final String PAGE =
      """
      {"items":[
        {"address":"b@x.org","pair":"p","state":"moving","to":"q","since":"2026-11-22T03:00:00.5Z",
         "position":1,"attempts":7,"held":12,"oldest":null,"priority":0},
        {"address":"a@x.org","pair":"p","state":"recovering","to":null,"since":null,
         "position":null,"attempts":null,"held":0,"oldest":null,"priority":0}],
       "next":null,"total":1}
      """;

  private final Cli cli = new Cli();

  @AfterEach
  void stop() {
    cli.close();
  }

  @Test
  void list_isATableInTheOrderOfTheGateway() {
    cli.gateway.on("GET /v1/restores?pair=p&all=true&limit=1000", 200, PAGE);
    assertThat(cli.run("restore", "list", "--pair", "p", "--all")).isZero();
    assertThat(cli.out.toString())
        .containsSubsequence("POSITION", "ADDRESS", "SINCE", "ATTEMPTS", "HELD")
        .containsPattern("1 +b@x.org +p +moving +q +2026-11-22T03:00:00Z +7 +12")
        .containsSubsequence("b@x.org", "a@x.org");
  }

  @Test
  void next_isAddressesOnly() {
    cli.gateway.on("GET /v1/restores?pair=p&limit=2", 200, PAGE);
    assertThat(cli.run("restore", "next", "--pair", "p", "--count", "2")).isZero();
    assertThat(cli.out).hasToString("b@x.org\na@x.org\n");
  }

  @Test
  void next_whenNobodyWaits_isNothingAndDone() {
    cli.gateway.on("GET /v1/restores?pair=p&limit=1", 200, "{\"items\":[],\"next\":null}");
    assertThat(cli.run("restore", "next", "--pair", "p")).isZero();
    assertThat(cli.out.toString()).isEmpty();
  }

  @Test
  void saidWrongly_isUsage() {
    assertThat(cli.run("restore")).isEqualTo(2);
    assertThat(cli.run("restore", "next")).isEqualTo(2);
    assertThat(cli.run("restore", "next", "--pair", "p", "--count", "0")).isEqualTo(2);
    assertThat(cli.gateway.asked()).isEmpty();
  }

  @Test
  void userShow_saysThePlaceInWords_andNothingWithoutOne() {
    cli.gateway.on(
        "GET /v1/users/b%40x.org",
        200,
        """
        {"address":"b@x.org","restore":{"since":"2026-11-22T03:00:00.5Z","position":12,"of":1837}}
        """);
    cli.gateway.on("GET /v1/users/a%40x.org", 200, "{\"address\":\"a@x.org\",\"restore\":null}");
    assertThat(cli.run("user", "show", "b@x.org")).isZero();
    assertThat(cli.out.toString())
        .contains("asked to be restored at 2026-11-22T03:00:00Z, 12th of 1 837");
    assertThat(cli.run("user", "show", "a@x.org")).isZero();
    assertThat(cli.out.toString()).containsOnlyOnce("restore ");
  }
}
