package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.holdfast.gateway.conf.ConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineIT {

  private static final String ALICE = "/v1/users/alice%40example.com";

  private final StubGateway gateway = start();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> environment = new HashMap<>();
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void know() {
    environment.put("HOLDFAST_URL", gateway.url());
    environment.put("HOLDFAST_TOKEN", "secret");
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void userState_quiesced_exits0AndSaysSo() {
    gateway.on(
        "PUT " + ALICE + "/state",
        200,
        """
        {"address":"alice@example.com","state":"moving","pair":"p","epoch":7,"quiesced":true,"held":3}
        """);

    assertThat(run("user", "state", "alice@example.com", "moving", "--reason", "disk"))
        .isEqualTo(0);

    assertThat(out).hasToString("alice@example.com is moving on p (epoch 7), quiesced; 3 held\n");
    assertThat(gateway.asked().getFirst().authorization()).isEqualTo("Bearer secret");
    assertThat(gateway.asked().getFirst().body())
        .isEqualTo("{\"state\":\"moving\",\"reason\":\"disk\"}");
  }

  @Test
  void userState_withTargetAndEpoch_sendsBoth() {
    gateway.on("PUT " + ALICE + "/state", 409, "{\"detail\":\"was changed since\"}");
    assertThat(run("user", "state", "alice@example.com", "moving", "--to", "q", "--epoch", "7"))
        .isEqualTo(1);
    assertThat(gateway.asked().getFirst().body())
        .isEqualTo("{\"state\":\"moving\",\"to\":\"q\",\"epoch\":7}");
    assertThat(err.toString()).contains("was changed since");
  }

  @Test
  void wideHolds_goToTheirPaths() {
    String answer = "{\"state\":\"hold\",\"epoch\":9,\"quiesced\":true}";
    gateway.on("PUT /v1/domains/example.org/state", 200, answer);
    gateway.on("PUT /v1/all/state", 200, answer);
    assertThat(run("domain", "hold", "example.org", "--reason", "r", "--wait", "1s")).isEqualTo(0);
    assertThat(run("domain", "release", "example.org")).isEqualTo(0);
    assertThat(run("all", "hold", "--reason", "r", "--yes")).isEqualTo(0);
    assertThat(run("all", "release", "--reason", "r")).isEqualTo(0);
    assertThat(run("all", "hold", "--yes")).isEqualTo(2);
    assertThat(gateway.asked().stream().map(asked -> asked.body()))
        .containsExactly(
            "{\"state\":\"hold\",\"reason\":\"r\",\"wait\":\"1s\"}",
            "{\"state\":\"active\"}",
            "{\"state\":\"hold\",\"reason\":\"r\"}",
            "{\"state\":\"active\",\"reason\":\"r\"}");
    assertThat(out.toString()).contains("everything: hold (epoch 9), quiesced");
  }

  @Test
  void removals_sayWhatHappened() {
    gateway.on("DELETE /v1/pairs/p", 200, "{\"removed\":true,\"epoch\":3,\"quiesced\":true}");
    gateway.on("DELETE /v1/aliases/a%40x.org", 200, "{\"removed\":true}");
    gateway.on("DELETE /v1/domains/x.org", 200, "{\"removed\":true}");
    assertThat(run("pair", "remove", "p")).isEqualTo(0);
    assertThat(run("alias", "remove", "a@x.org")).isEqualTo(0);
    assertThat(run("domain", "remove", "x.org")).isEqualTo(0);
    assertThat(out.toString()).contains("pair p is removed", "alias a@x.org", "domain x.org");
  }

  @Test
  void holds_forgotten_areATable() {
    gateway.on(
        "GET /v1/holds/forgotten?limit=1000",
        200,
        """
        {"items":[{"kind":"user","name":"a@x.org","state":"moving","pair":"p","to":"q",
                   "since":"2026-11-20T00:00:00Z","by":"ops","reason":"disk"}],"next":null}
        """);
    assertThat(run("holds", "--forgotten")).isEqualTo(0);
    assertThat(out.toString())
        .containsPattern("user +a@x.org +moving +p +q +2026-11-20T00:00:00Z +ops +disk");
  }

  @Test
  void userState_notQuiesced_exits1AndSaysWhatIsOpen() {
    gateway.on(
        "PUT " + ALICE + "/state",
        200,
        """
        {"address":"alice@example.com","state":"moving","pair":"p","epoch":7,"quiesced":false,
         "held":0,"open":[{"member":"imap5","what":"id1"}]}
        """);

    assertThat(run("user", "state", "alice@example.com", "moving", "--wait", "1s")).isEqualTo(1);

    assertThat(out.toString())
        .contains("NOT QUIESCED")
        .contains("member=imap5  what=id1")
        .doesNotContain(", quiesced");
    assertThat(gateway.asked().getFirst().body()).contains("\"wait\":\"1s\"");
  }

  @Test
  void userState_manyFromFileAndWords_goAsLinesAndAnyRefusalExits1() throws Exception {
    Path list = Files.writeString(folder.resolve("list"), "b@x.org\n\n c@x.org \n");
    gateway.on(
        "POST /v1/states",
        200,
        """
        {"address":"a@x.org","state":"moving","pair":"p","quiesced":true}
        {"address":"b@x.org","state":"moving","pair":"p","quiesced":false}
        {"address":"c@x.org","status":404,"error":"there is no user c@x.org"}
        """);

    assertThat(run("user", "state", "a@x.org", "moving", "--file", list.toString())).isEqualTo(1);

    assertThat(gateway.asked().getFirst().body().lines())
        .containsExactly(
            "{\"state\":\"moving\",\"address\":\"a@x.org\"}",
            "{\"state\":\"moving\",\"address\":\"b@x.org\"}",
            "{\"state\":\"moving\",\"address\":\"c@x.org\"}");
    assertThat(out.toString())
        .contains("a@x.org is moving on p, quiesced")
        .contains("b@x.org is moving on p, NOT QUIESCED")
        .contains("c@x.org: there is no user c@x.org");
    assertThat(err.toString())
        .contains("1 of 3 are moving and quiesced; 1 NOT QUIESCED; 1 refused");
  }

  @Test
  void userState_cutAnswer_countsWhatIsMissing() {
    gateway.on("POST /v1/states", 200, "{\"address\":\"a@x.org\",\"state\":\"active\"}\n");

    assertThat(run("user", "state", "a@x.org", "b@x.org", "active")).isEqualTo(1);
    assertThat(err.toString()).contains("1 of 2 are active; 1 without an answer");
  }

  @Test
  void userState_unknownState_isUsage() {
    assertThat(run("user", "state", "a@x.org")).isEqualTo(2);
    assertThat(err.toString()).contains("the last word must be a state");
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void refusal_detailIsOneLine() {
    gateway.on("GET " + ALICE, 404, "{\"title\":\"Not Found\",\"detail\":\"there is no\\nuser\"}");

    assertThat(run("user", "show", "alice@example.com")).isEqualTo(1);
    assertThat(err).hasToString("holdfast: there is no user\n");
  }

  @Test
  void refusal_withoutProblem_saysTheStatus() {
    gateway.on("GET " + ALICE, 502, "");

    assertThat(run("user", "show", "alice@example.com")).isEqualTo(1);
    assertThat(err).hasToString("holdfast: the gateway answered 502\n");
  }

  @Test
  void nobodyThere_exits3() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    assertThat(run("queue", "summary", "--url", "http://127.0.0.1:" + port)).isEqualTo(3);
    assertThat(err.toString()).startsWith("holdfast: no gateway answers at http://127.0.0.1:");
  }

  @Test
  void answer_notJson_exits1() {
    gateway.on("GET /v1/queue", 200, "<html>");

    assertThat(run("queue", "summary")).isEqualTo(1);
    assertThat(err.toString()).contains("not JSON");
  }

  @Test
  void url_bad_isUsage() {
    assertThat(run("queue", "summary", "--url", "localhost:8025")).isEqualTo(2);
    assertThat(err.toString()).contains("not an http URL: localhost:8025");
  }

  @Test
  void token_ofTheDataFolder_isShown() throws Exception {
    environment.remove("HOLDFAST_TOKEN");
    environment.remove("HOLDFAST_URL");
    Files.writeString(folder.resolve("operator.token"), "fromfile\n");
    Path config =
        Files.writeString(
            folder.resolve("h.yaml"),
            "data: " + folder + "\nadmin: { listen: '" + gateway.url().substring(7) + "' }");
    gateway.on("DELETE " + ALICE, 204, "");

    assertThat(run("user", "remove", "alice@example.com", "--config", config.toString()))
        .isEqualTo(0);
    assertThat(gateway.asked().getFirst().authorization()).isEqualTo("Bearer fromfile");
    assertThat(out).hasToString("alice@example.com is removed\n");
  }

  @Test
  void userList_pages_areFollowedToTheEnd() {
    gateway
        .on(
            "GET /v1/users?pair=p&limit=1000",
            200,
            "{\"items\":[{\"address\":\"a@x.org\",\"pair\":\"p\",\"state\":\"active\"}],\"next\":\"a@x.org\"}")
        .on(
            "GET /v1/users?pair=p&limit=999&after=a%40x.org",
            200,
            "{\"items\":[{\"address\":\"b@x.org\",\"pair\":\"p\",\"state\":\"moving\"}],\"next\":null}");

    assertThat(run("user", "list", "--pair", "p")).isEqualTo(0);
    assertThat(out.toString().lines())
        .containsExactly(
            "ADDRESS  PAIR  STATE   TO  SINCE  REASON",
            "a@x.org  p     active",
            "b@x.org  p     moving");
  }

  @Test
  void pairSet_members_areDescribed() {
    gateway.on("PUT /v1/pairs/p", 200, "{\"epoch\":2,\"quiesced\":true}");

    assertThat(
            run(
                "pair",
                "set",
                "p",
                "--member",
                "a=h:24,imap=h:143",
                "--member",
                "b=h:25",
                "--active",
                "a"))
        .isEqualTo(0);
    assertThat(gateway.asked().getFirst().body())
        .isEqualTo(
            "{\"active\":\"a\",\"members\":{\"a\":{\"lmtp\":\"h:24\",\"imap\":\"h:143\"},\"b\":{\"lmtp\":\"h:25\"}}}");
    assertThat(run("pair", "set", "p", "--member", "a=h", "--active", "a")).isEqualTo(2);
    assertThat(run("pair", "set", "p", "--member", "a=h:1", "--active", "b")).isEqualTo(2);
  }

  @Test
  void pairHold_notQuiesced_exits1() {
    gateway.on("PUT /v1/pairs/p/state", 200, "{\"quiesced\":false}");

    assertThat(run("pair", "hold", "p", "--reason", "broken")).isEqualTo(1);
    assertThat(gateway.asked().getFirst().body())
        .contains("\"state\":\"hold\"")
        .contains("\"reason\":\"broken\"");
  }

  @Test
  void mapLoad_csv_goesInParts() throws Exception {
    StringBuilder text = new StringBuilder("address,pair,state\n");
    for (int i = 0; i <= CsvLoad.PART; i++) {
      text.append("u").append(i).append("@x.org,p,\n");
    }
    Path users = Files.writeString(folder.resolve("u.csv"), text);
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}")
        .on("POST /v1/map", 200, "{\"pairs\":0,\"users\":7,\"aliases\":0,\"unchanged\":1}");

    assertThat(run("map", "load", users.toString())).isEqualTo(0);

    assertThat(gateway.asked()).hasSize(3);
    assertThat(gateway.asked().get(1).contentType()).isEqualTo("text/csv");
    assertThat(gateway.asked().subList(1, 3))
        .anySatisfy(part -> assertThat(part.body().lines()).hasSize(CsvLoad.PART + 1))
        .anySatisfy(part ->
            assertThat(part.body())
                .isEqualTo("address,pair,state\nu" + CsvLoad.PART + "@x.org,p,\n"));
    assertThat(out).hasToString("loaded: pairs=0  users=14  aliases=0  unchanged=2\n");
  }

  @Test
  void mapLoad_csvFromALine_sendsTheRestOnly() throws Exception {
    Path users =
        Files.writeString(
            folder.resolve("u.csv"), "address,pair\na@x.org,p\nb@x.org,p\nc@x.org,p\n");
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}")
        .on("POST /v1/map", 200, "{\"users\":1,\"unchanged\":0}");
    assertThat(run("map", "load", users.toString(), "--from-line", "4")).isEqualTo(0);
    assertThat(gateway.asked().getLast().body()).isEqualTo("address,pair\nc@x.org,p\n");
    assertThat(run("map", "load", users.toString(), "--from-line", "1")).isEqualTo(2);
    assertThat(run("map", "load", "m.yaml", "--from-line", "3")).isEqualTo(2);
  }

  @Test
  void mapLoad_brokenOff_saysHowToGoOn() throws Exception {
    StringBuilder text = new StringBuilder("address,pair\n");
    for (int i = 0; i <= CsvLoad.PART; i++) {
      text.append("u").append(i).append("@x.org,p\n");
    }
    Path users = Files.writeString(folder.resolve("u.csv"), text);
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}")
        .on("POST /v1/map?wait=7s", 503, "{\"detail\":\"the map cannot be used\"}");
    assertThat(run("map", "load", users.toString(), "--wait", "7s", "--from-line=3")).isEqualTo(1);
    assertThat(err.toString())
        .contains("To go on: ./holdfast map load " + users + " --wait 7s")
        .contains(" --from-line 3\n")
        .endsWith("holdfast: the map cannot be used\n");
  }

  @Test
  void mapLoad_notQuiesced_isExit1AndNamed() throws Exception {
    Path users = Files.writeString(folder.resolve("u.csv"), "address,pair\na@x.org,p\n");
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}")
        .on(
            "POST /v1/map",
            200,
            """
            {"pairs":0,"users":0,"aliases":0,"unchanged":0,"notQuiesced":2,"warned":1,
             "open":[{"name":"user a@x.org","applied":false,"why":"1 deliveries are open"}],
             "warnings":["alias b@x.org leads to nobody"]}
            """);
    assertThat(run("map", "load", users.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("NOT QUIESCED: user a@x.org: NOT changed: 1 deliveries are open\n")
        .contains("... and 1 more not quiesced\n")
        .contains("warning: alias b@x.org leads to nobody\n");
    assertThat(out.toString()).contains("notQuiesced=2");
  }

  @Test
  void mapLoad_dryRun_showsChanges() throws Exception {
    Path map = Files.writeString(folder.resolve("m.yaml"), "users: []\n");
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}")
        .on(
            "POST /v1/map?dry-run=true",
            200,
            "{\"pairs\":0,\"users\":3,\"aliases\":0,\"unchanged\":1,\"dryRun\":true,"
                + "\"changes\":[\"+ user a@x.org: active on p\"],\"notQuiesced\":0}");
    assertThat(run("map", "load", "--dry-run", map.toString())).isEqualTo(0);
    assertThat(out)
        .hasToString(
            """
            + user a@x.org: active on p
            ... and 2 more
            would load: pairs=0  users=3  aliases=0  unchanged=1
            """);
  }

  @Test
  void mapLoad_largeYaml_goesInParts() throws Exception {
    StringBuilder text =
        new StringBuilder(
            """
            pairs: [{ name: p, members: { a: { lmtp: 'h:24' } }, state: hold, reason: fsck }]
            aliases: [{ from: a@x.org, to: u1@x.org }]
            users:
            """);
    int users = 0;
    while (text.length() <= YamlLoad.WHOLE) {
      text.append("- { address: u").append(users++).append("@x.org, pair: p, state: moving,");
      text.append(" to: p, reason: \"").append("the raid, dead ".repeat(10)).append("\" }\n");
    }
    Path map = Files.writeString(folder.resolve("m.yaml"), text);
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[]}")
        .on("POST /v1/map", 200, "{\"pairs\":0,\"users\":1,\"aliases\":0,\"unchanged\":0}");
    assertThat(run("map", "load", map.toString())).isEqualTo(0);
    var asked = gateway.asked();
    assertThat(asked.get(1).body()).startsWith("pairs:").contains("state: hold", "fsck");
    assertThat(asked.get(2).contentType()).isEqualTo("text/csv");
    assertThat(asked.get(2).body())
        .startsWith(
            "address,pair,state,to,reason,priority\nu0@x.org,p,moving,p,\"the raid, dead the raid");
    assertThat(asked.subList(2, asked.size() - 1))
        .extracting(part -> part.body().lines().count() - 1)
        .satisfies(counts ->
            assertThat(counts.stream().mapToLong(Long::longValue).sum()).isGreaterThan(1000));
    assertThat(asked.getLast().body()).startsWith("aliases:");
    assertThat(run("map", "load", map.toString(), "--dry-run")).isEqualTo(1);
    assertThat(err.toString()).contains("load the pairs first");
  }

  private static final String DUMPED =
      """
      {"pair":"p","members":"a=h:24 b=h:25,imap=h:143","active":"a","state":"active"}
      {"domain":"d.example"}
      {"hold":"*","reason":"fire"}
      {"user":"@x.org","pair":"p","state":"active"}
      {"user":"alice@x.org","pair":"p","state":"moving","to":"q"}
      {"user":"bob@x.org","pair":"p","state":"active"}
      {"alias":"z@x.org","to":"alice@x.org"}
      {"end":3}
      """;

  private static final String SAME =
      """
      pairs: [{ name: p, members: { a: { lmtp: "h:24" }, b: { lmtp: "h:25", imap: "h:143" } }, active: a }]
      domains: [D.example]
      holds: [{ domain: "*" }]
      users:
      - { address: bob@X.org, pair: p }
      - { address: ALICE@x.org, pair: p, state: moving, to: q, reason: other }
      - { address: "@x.org", pair: p, state: active }
      aliases: [{ from: z@x.org, to: alice@x.org }]
      """;

  private StubGateway dumping(String dump) {
    return gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"},{\"name\":\"q\"}]}")
        .on("GET /v1/map?format=ndjson", 200, dump);
  }

  @Test
  void mapDiff_same_isExit0() throws Exception {
    dumping(DUMPED);
    Path yaml = Files.writeString(folder.resolve("m.yaml"), SAME);
    assertThat(run("map", "diff", yaml.toString())).isEqualTo(0);
    assertThat(out).hasToString("0 only in the file, 0 only in the map, 0 different, 7 the same\n");
    Path csv =
        Files.writeString(
            folder.resolve("u.csv"), "address,pair\nbob@x.org,p\n@x.org,p\nAlice@x.org,p\n");
    assertThat(run("map", "diff", csv.toString())).isEqualTo(0);
  }

  @Test
  void mapDiff_different_isNamedInBothDirections() throws Exception {
    dumping(DUMPED);
    Path yaml =
        Files.writeString(
            folder.resolve("m.yaml"),
            SAME.replace("active: a }", "active: b, state: hold }")
                .replace("pair: p, state: moving, to: q", "pair: q, state: active")
                .replace("bob@", "zoe@")
                .replace("z@x.org", "y@x.org")
                .replace("D.example", "e.example"));
    assertThat(run("map", "diff", yaml.toString())).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            "~ pair p: active b, in the map a; state hold, in the map active",
            "- domain d.example",
            "+ domain e.example",
            "~ user alice@x.org: pair q, in the map p; state active, in the map moving;"
                + " to -, in the map q",
            "- user bob@x.org: pair p; state active",
            "+ user zoe@x.org: pair p",
            "+ alias y@x.org: to alice@x.org",
            "- alias z@x.org: to alice@x.org",
            "3 only in the file, 3 only in the map, 2 different, 2 the same");
    out.getBuffer().setLength(0);
    assertThat(run("map", "diff", yaml.toString(), "--json")).isEqualTo(1);
    var json = AdminClient.JSON.readTree(out.toString());
    assertThat(json.path("items").size()).isEqualTo(8);
    assertThat(json.path("different").asInt()).isEqualTo(2);
  }

  @Test
  void mapDiff_dumpBreaksOff_isAFailure() throws Exception {
    dumping(DUMPED.replace("{\"end\":3}\n", ""));
    Path yaml = Files.writeString(folder.resolve("m.yaml"), SAME);
    assertThat(run("map", "diff", yaml.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("broke off before its end");
  }

  @Test
  void mapLoad_badLine_isNamedBeforeAnythingIsSent() throws Exception {
    Path users = Files.writeString(folder.resolve("u.csv"), "address,pair\na@x.org,p\nb@x.org,q\n");
    gateway.on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}");

    assertThat(run("map", "load", users.toString())).isEqualTo(2);
    assertThat(err).hasToString("holdfast: " + users + ":3: there is no pair q\n");
    assertThat(gateway.asked()).hasSize(1);
    assertThat(run("map", "load", folder.resolve("none").toString())).isEqualTo(2);
  }

  @Test
  void mapLoad_yaml_isSentAsItIs() throws Exception {
    Path map = Files.writeString(folder.resolve("m.yaml"), "users: []\n");
    gateway
        .on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}")
        .on("POST /v1/map", 200, "{\"pairs\":0,\"users\":0,\"aliases\":0,\"unchanged\":0}");

    assertThat(run("map", "load", map.toString())).isEqualTo(0);
    assertThat(gateway.asked().getLast().contentType()).isEqualTo("application/yaml");
    assertThat(gateway.asked().getLast().body()).isEqualTo("users: []\n");
  }

  @Test
  void mapLoad_badYaml_isNamedByFileAndLineBeforeAnythingIsSent() throws Exception {
    Path map = Files.writeString(folder.resolve("m.yaml"), "users:\n  - { address: x, pair: p }\n");
    gateway.on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}");

    assertThat(run("map", "load", map.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith("holdfast: " + map + ":2: users[1].address: ");
    assertThat(gateway.asked()).hasSize(1);
  }

  @Test
  void mapDump_isCopied() {
    gateway.on("GET /v1/map?format=yaml", 200, "pairs:\n  - é\n");

    assertThat(run("map", "dump")).isEqualTo(0);
    assertThat(out).hasToString("pairs:\n  - é\n");
  }

  @Test
  void queueSummary_shown() {
    gateway.on(
        "GET /v1/queue",
        200,
        """
        {"held":3,"messages":2,"byState":{"held":2,"ready":0,"deferred":1,"parked":0},
         "byPair":{"p":{"byState":{"held":2,"ready":0,"deferred":1,"parked":0},"bytes":2048}},
         "bytes":2048,"oldest":null,"disk":{"used":1048576,"free":1073741824},"trouble":"no room"}
        """);

    assertThat(run("queue", "summary")).isEqualTo(0);
    assertThat(out.toString().lines())
        .containsExactly(
            "PAIR   HELD  READY  DEFERRED  PARKED  SIZE  OLDEST",
            "p      2     0      1         0       2KiB  -",
            "(all)  2     0      1         0       2KiB  -",
            "2 message(s); disk: 1MiB used, 1GiB free",
            "NEW MAIL IS REFUSED: no room");
  }

  @Test
  void queueList_controlCharacters_neverReachTheTerminal() {
    gateway.on(
        "GET /v1/queue/messages?state=held&limit=100",
        200,
        "{\"items\":[{\"id\":\"1\",\"lastReply\":\"\\u001b[31m\\r\\nred\"}],\"next\":null}");

    assertThat(run("queue", "list", "--state", "held")).isEqualTo(0);
    assertThat(out.toString()).contains("?[31m red").doesNotContain("\u001b");
  }

  @Test
  void lists_nonsense_isWrongUsage_andNothingIsAsked() {
    assertThat(run("queue", "list", "--state", "bogus")).isEqualTo(2);
    assertThat(run("user", "list", "--state", "held")).isEqualTo(2);
    assertThat(run("queue", "list", "--limit", "0")).isEqualTo(2);
  }

  @Test
  void lists_json_saysWhereItGoesOn() {
    gateway.on(
        "GET /v1/users?state=moving&limit=1",
        200,
        "{\"items\":[{\"address\":\"a@x.org\"}],\"next\":\"a@x.org\"}");
    assertThat(run("user", "list", "--state", "moving", "--limit", "1", "--json")).isEqualTo(0);
    assertThat(AdminClient.JSON.readTree(out.toString()).path("next").asString())
        .isEqualTo("a@x.org");
  }

  @Test
  void massAction_needsAFilterOrAll() {
    for (String action : new String[] {"retry", "park"}) {
      assertThat(run("queue", action)).isEqualTo(2);
      assertThat(run("queue", action, "--all", "--pair", "p")).isEqualTo(2);
    }
    assertThat(run("queue", "discard", "--reason", "spam")).isEqualTo(2);
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void massAction_withFilterOrAllOrId_isSent() {
    gateway
        .on("POST /v1/queue/actions", 200, "{\"affected\":5}")
        .on("POST /v1/queue/messages/id1/discard", 200, "{\"affected\":1}");

    assertThat(run("queue", "retry", "--pair", "p", "--state", "parked")).isEqualTo(0);
    assertThat(run("queue", "park", "--all")).isEqualTo(0);
    assertThat(run("queue", "discard", "id1", "--recipient", "a@x.org", "--reason", "spam"))
        .isEqualTo(0);

    assertThat(gateway.asked())
        .extracting(StubGateway.Asked::body)
        .containsExactly(
            "{\"action\":\"retry\",\"all\":false,\"filter\":{\"pair\":\"p\",\"state\":\"parked\"}}",
            "{\"action\":\"park\",\"all\":true}",
            "{\"reason\":\"spam\",\"recipient\":\"a@x.org\"}");
    assertThat(out.toString()).contains("retry: 5 deliveries");
  }

  @Test
  void queueExport_writesMboxrd() throws Exception {
    gateway
        .on(
            "GET /v1/queue/messages?recipient=a%40x.org&limit=1000",
            200,
            "{\"items\":[{\"id\":\"1\",\"sender\":\"\",\"accepted\":\"2026-11-21T08:05:00Z\"}],\"next\":null}")
        .on(
            "GET /v1/queue/messages/1/raw",
            200,
            "Subject: x\r\n\r\nFrom here\r\n>From there\r\nFro\r\nlast");
    Path mbox = folder.resolve("m.mbox");

    assertThat(run("queue", "export", "--recipient", "a@x.org", "--mbox", mbox.toString()))
        .isEqualTo(0);
    assertThat(mbox)
        .hasContent(
            """
            From MAILER-DAEMON Sat Nov 21 08:05:00 2026
            Subject: x

            >From here
            >>From there
            Fro
            last

            """);
    assertThat(run("queue", "export", "--recipient", "a@x.org", "--mbox", mbox.toString()))
        .isEqualTo(2);
  }

  @Test
  void events_pages_areFollowed() {
    gateway
        .on(
            "GET /v1/events",
            200,
            "{\"items\":[{\"id\":1,\"at\":\"t\",\"who\":\"op\",\"what\":\"user.state\",\"target\":\"a\",\"why\":\"w\"}],\"next\":1}")
        .on("GET /v1/events?after=1", 200, "{\"items\":[],\"next\":1}");

    assertThat(run("events")).isEqualTo(0);
    assertThat(out).hasToString("t  op  user.state  a  (w)\n");
  }

  @Test
  void json_isTheApisAnswer() {
    gateway.on("GET " + ALICE, 200, "{\"address\":\"alice@example.com\"}");

    assertThat(run("user", "show", "alice@example.com", "--json")).isEqualTo(0);
    assertThat(out.toString().replaceAll("\\s", ""))
        .isEqualTo("{\"address\":\"alice@example.com\"}");
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
            environment);

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
            environment);
    line.setErr(new PrintWriter(err, true));

    assertThat(line.execute("serve", "--config", config.toString())).isEqualTo(2);
    assertThat(err).hasToString("holdfast: smtp.listen: in use\n");
  }

  @Test
  void everyCommand_hasHelp() {
    help(Main.commandLine((_, _) -> 9, _ -> 9, environment));
  }

  private void help(CommandLine command) {
    assertThat(command.getCommandSpec().usageMessage().description())
        .as(command.getCommandSpec().qualifiedName())
        .isNotEmpty();
    assertThat(command.getCommandSpec().findOption("--help"))
        .as(command.getCommandSpec().qualifiedName())
        .isNotNull();
    command.getSubcommands().values().forEach(this::help);
  }

  @Test
  void noCommand_isUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("user")).isEqualTo(2);
    assertThat(run("user", "--nope")).isEqualTo(2);
  }

  private int run(String... words) {
    CommandLine line = Main.commandLine((_, _) -> 9, _ -> 9, environment);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(words);
  }

  private static StubGateway start() {
    try {
      return new StubGateway();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
