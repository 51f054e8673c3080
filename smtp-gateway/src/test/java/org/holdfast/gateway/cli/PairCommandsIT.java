package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code pair} shows to people. */
class PairCommandsIT {

  private static final String PAIR =
      """
      {"name":"imap5-6","members":{
         "imap5":{"lmtp":"10.1.0.5:10024","imap":"10.1.0.5:10143","health":"down","detail":"no connection to 10.1.0.5:10024: Connection refused",
                  "since":"2026-11-22T03:00:01.123Z","inFlight":0,"latencyMillis":1234.56},
         "imap6":{"lmtp":"10.1.0.6:10024","imap":null,"health":"unknown","detail":"","since":null,"inFlight":0,"latencyMillis":null}},
       "active":"imap5","state":"hold","reason":"raid","since":"2026-11-22T03:10:00.5Z","by":"ops","epoch":7,"health":"down",
       "held":123456,"byState":{"held":123456,"ready":0,"deferred":0,"parked":0},"bytes":2048,"oldest":"2026-11-22T02:59:59.9Z",
       "inFlight":0,"released":12,"ratePerSecond":3.4567891,"breaker":"open"}
      """;

  private final Cli cli = new Cli();

  @AfterEach
  void stop() {
    cli.close();
  }

  @Test
  void show_hasALineForEachMember() {
    cli.gateway.on("GET /v1/pairs/imap5-6", 200, PAIR);
    assertThat(cli.run("pair", "show", "imap5-6")).isZero();
    assertThat(cli.out.toString())
        .isEqualTo(
            """
            pair       imap5-6
            state      hold since 2026-11-22T03:10:00Z by ops: raid (epoch 7)
            active     imap5, down
            held       123456 (held 123456, ready 0, deferred 0, parked 0), 2KiB, oldest 2026-11-22T02:59:59Z
            in flight  0
            released   12, 3.5 a second

               MEMBER  LMTP            IMAP            HEALTH   LATENCY    OPEN  BREAKER
            *  imap5   10.1.0.5:10024  10.1.0.5:10143  down     1234.6 ms  0     open
               imap6   10.1.0.6:10024  -               unknown  -          0     -
            imap5      down since 2026-11-22T03:00:01Z: no connection to 10.1.0.5:10024: Connection refused
            """);
  }

  @Test
  void showAndList_onATerminal_keepItsWidth() {
    cli.gateway
        .on("GET /v1/pairs/imap5-6", 200, PAIR)
        .on("GET /v1/pairs", 200, "{\"items\":[" + PAIR + "]}");
    cli.tty = new Tty(true, true, true, 80, 24, true);
    assertThat(cli.run("pair", "list")).isZero();
    assertThat(cli.run("pair", "show", "imap5-6")).isZero();
    assertThat(
            cli.out
                .toString()
                .lines()
                .filter(line -> line.contains("10.1.0.5:10143") || line.contains("LMTP")))
        .allMatch(line -> Columns.of(line) <= 80);
    assertThat(cli.out.toString()).contains("10.1.0.5:10024", "10.1.0.6:10024");
  }

  private static final String REPORT =
      """
      {"pair":"p","from":"a","to":"b","outcome":"%s","steps":[
        {"step":"hold and drain","ok":true,"detail":"nothing is open to a","at":"2026-11-22T03:00:00Z","millis":1234},
        {"step":"probe b","ok":%s,"detail":"answers LMTP","at":"2026-11-22T03:00:00Z","millis":2}],
       "warnings":["nobody has looked into the mailboxes of b: it has no imap address in the map"],"millis":1240}
      """;

  @Test
  void failover_saysWhatWasNotLookedAt() {
    cli.gateway.on("POST /v1/pairs/p/failover", 200, REPORT.formatted("done", true));
    assertThat(cli.run("pair", "failover", "p")).isZero();
    assertThat(cli.out.toString())
        .isEqualTo(
            """
            failover of p from a to b: done
              ok     hold and drain  nothing is open to a (1.2 s)
              ok     probe b         answers LMTP (0.0 s)
            WARNING: nobody has looked into the mailboxes of b: it has no imap address in the map
            """);
  }

  @Test
  void failover_dryRun_saysWhatItWouldComeTo() {
    cli.gateway.on(
        "POST /v1/pairs/p/failover?dry-run=true", 200, REPORT.formatted("dry-run", true));
    assertThat(cli.run("pair", "failover", "p", "--dry-run")).isZero();
    assertThat(cli.out.toString())
        .contains("from a to b: would be done; nothing was changed", "WARNING: nobody has looked");
    cli.gateway.on(
        "POST /v1/pairs/p/failover?dry-run=true", 200, REPORT.formatted("dry-run", false));
    assertThat(cli.run("pair", "failover", "p", "--dry-run")).isEqualTo(1);
    assertThat(cli.out.toString()).contains("would FAIL", "FAILED probe b");
  }

  @Test
  void holds_usersToo_areShownByWhatTheyHaveInCommon() {
    cli.gateway.on(
        "GET /v1/holds?users=true",
        200,
        """
        {"items":[],"next":null,"users":{"count":2500,"looked":1000,"more":1,"groups":[
          {"pair":"p","state":"moving","to":null,"reason":"raid","users":999,"since":"2026-11-20T00:00:00Z","first":"a@x.org","by":"ops"}]}}
        """);
    assertThat(cli.run("holds")).isZero();
    assertThat(cli.out.toString())
        .isEqualTo(
            """
            No pair, no domain and not everything is on hold.

            2 500 moving or recovering; by pair and reason, of the oldest 1 000:
            USERS  PAIR  STATE   TO  SINCE                 OLDEST   REASON
            999    p     moving      2026-11-20T00:00:00Z  a@x.org  raid
            ... and 1 more kinds
            One by one: holdfast user list --state moving (or recovering), with --pair.
            """);
  }

  @Test
  void reload_saysWhatChangedAndWhatWaits() {
    cli.gateway.on(
        "POST /v1/reload",
        200,
        """
        {"file":"/etc/h.yaml","changed":[{"key":"release.rate-per-pair","before":"0","after":"9"}],"restart":["node"]}
        """);
    assertThat(cli.run("reload")).isZero();
    assertThat(cli.out.toString())
        .isEqualTo(
            """
            /etc/h.yaml: read
              release.rate-per-pair: 0 -> 9
            NOT in force before a restart: node
            """);
  }

  @Test
  void reload_wrongFile_isExit1() {
    cli.gateway.on(
        "POST /v1/reload", 409, "{\"detail\":\"not reloaded: h.yaml:2: x: unknown key\"}");
    assertThat(cli.run("reload")).isEqualTo(1);
    assertThat(cli.err).hasToString("holdfast: not reloaded: h.yaml:2: x: unknown key\n");
  }
}
