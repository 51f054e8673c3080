package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code map load}, {@code map dump}, {@code map diff}. */
class MapCommandsIT {

  private final Cli cli = new Cli();
  private final StubGateway gateway = cli.gateway;
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
      {"pair":"p","members":{"a":{"lmtp":"h:24"},"b":{"lmtp":"h:25","imap":"h:143"}},"active":"a","state":"active"}
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
  void mapLoad_manyBadLines_namesTwentyAndSaysHowManyMore_andSendsNothing() throws Exception {
    StringBuilder text = new StringBuilder("address,pair\na@x.org,p\n");
    for (int i = 0; i < 25; i++) {
      text.append("u").append(i).append(i == 3 ? "" : "@x.org").append(",q\n");
    }
    Path users = Files.writeString(folder.resolve("u.csv"), text);
    gateway.on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}");

    assertThat(run("map", "load", users.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .hasSize(21)
        .startsWith("holdfast: " + users + ":3: there is no pair q")
        .contains("holdfast: " + users + ":6: not an address: u3: has no @")
        .endsWith("holdfast: and 5 more");
    assertThat(gateway.asked()).hasSize(1);
  }

  @Test
  void mapLoad_badEntriesOfYaml_areNamedTogether() throws Exception {
    Path map =
        Files.writeString(
            folder.resolve("m.yaml"),
            """
            pairs:
            - { name: r, members: {} }
            users:
            - { address: x, pair: p }
            - { address: a@x.org, pair: r }
            - { address: b@x.org, pair: nope }
            aliases: [{ from: a@x.org, to: "@x.org" }]
            """);
    gateway.on("GET /v1/pairs", 200, "{\"items\":[{\"name\":\"p\"}]}");

    assertThat(run("map", "load", map.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("holdfast: " + map + ":2: pairs[1]"),
            line -> assertThat(line).startsWith("holdfast: " + map + ":4: users[1].address: not"),
            line -> assertThat(line).startsWith("holdfast: " + map + ":7: aliases[1].to: "),
            line -> assertThat(line).endsWith(":6: users[3].pair: there is no pair nope"));
    assertThat(gateway.asked()).hasSize(1);
  }
}
