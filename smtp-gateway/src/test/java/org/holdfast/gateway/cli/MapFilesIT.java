package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.holdfast.gateway.wiring.InProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Map files against a real gateway, from outside: by the command line and by HTTP. */
class MapFilesIT {

  private static final String MAP =
      """
      pairs:
        - { name: p, members: { a: { lmtp: "127.0.0.1:9" }, b: { lmtp: "127.0.0.1:19" } }, active: a }
        - { name: q, members: { c: { lmtp: "127.0.0.1:29" } }, state: hold, reason: "fsck \\"q\\"" }
      domains: [Declared.example]
      holds:
        - { domain: example.com, reason: virus }
        - { domain: later.example }
      users:
        - { address: alice@example.com, pair: p }
        - { address: "@b\u00fccher.example", pair: q }
        - { address: bob@example.com, pair: p, state: moving, to: q, reason: "raid, dead" }
        - { address: carol@example.com, pair: q, state: closed }
      aliases:
        - { from: a@example.com, to: alice@example.com }
        - { from: "@example.net", to: "@example.com" }
      """;

  @TempDir private Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @SuppressWarnings("NullAway.Init") // started before each test
  private InProcess gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = started("one");
  }

  private InProcess started(String name) throws Exception {
    Path config =
        Files.writeString(
            folder.resolve(name + ".yaml"),
            """
            hostname: localhost
            data: %s
            smtp: { listen: "127.0.0.1:0" }
            lmtp: { listen: "127.0.0.1:0" }
            admin: { listen: "127.0.0.1:0" }
            store: { min-free: 1MiB }
            map: { load: "" }
            """
                .formatted(folder.resolve(name)));
    InProcess made = new InProcess();
    made.start(config);
    return made;
  }

  @AfterEach
  void stop() {
    gateway.stop();
    http.close();
  }

  private int run(String... words) {
    return run(gateway, words);
  }

  private int run(InProcess on, String... words) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line =
        Main.commandLine(
            (settings, file) -> 9,
            once -> 9,
            Map.of("HOLDFAST_URL", on.admin().toString(), "HOLDFAST_TOKEN", on.operatorToken()));
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(words);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private HttpResponse<String> call(String method, String path, String type, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway.admin() + path))
            .header("Authorization", "Bearer " + gateway.operatorToken())
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private String dump() {
    assertThat(run("map", "dump")).isEqualTo(0);
    return out.toString();
  }

  // ---- out and in again

  @Test
  void everything_dumpedAndLoadedElsewhere_isTheSame() throws Exception {
    Path map = file("map.yaml", MAP);
    assertThat(run("map", "load", "--dry-run", map.toString())).isEqualTo(0);
    assertThat(out.toString()).contains("+ user bob@example.com: moving on p, to q");
    assertThat(run("map", "diff", map.toString())).isEqualTo(1);
    assertThat(run("map", "load", map.toString())).isEqualTo(0);
    assertThat(out.toString()).contains("pairs=2  users=4  aliases=2  domains=1  holds=2");
    assertThat(run("map", "diff", map.toString())).as(out.toString()).isEqualTo(0);
    assertThat(run("map", "load", map.toString())).isEqualTo(0);
    assertThat(out.toString()).contains("unchanged=11  (nothing to change)");

    String dump = dump();
    assertThat(dump)
        .contains("state: hold\n    reason: \"fsck \\\"q\\\"\"")
        .contains("to: \"q\", reason: \"raid, dead\"")
        .contains("address: \"@xn--bcher-kva.example\"")
        .endsWith("\n# end: 4 users\n");
    InProcess other = started("two");
    try {
      Path again = file("dump.yaml", dump);
      assertThat(run(other, "map", "load", again.toString())).as(err.toString()).isEqualTo(0);
      assertThat(run(other, "map", "diff", again.toString())).as(out.toString()).isEqualTo(0);
      assertThat(run(other, "map", "dump")).isEqualTo(0);
      assertThat(out).hasToString(dump);
    } finally {
      other.stop();
    }
  }

  @Test
  void users_inCsv_areLoadedDumpedAndCompared() throws Exception {
    assertThat(run("map", "load", file("map.yaml", MAP).toString())).isEqualTo(0);
    Path csv =
        file(
            "u.csv",
            """
            address,pair,state,to,reason
            alice@example.com,p,recovering,q,"a, b"
            dan@example.com,p,,,
            """);
    assertThat(run("map", "load", "--dry-run", csv.toString())).isEqualTo(0);
    assertThat(out.toString())
        .startsWith(
            """
            ~ user alice@example.com: state active -> recovering, to - -> q
            + user dan@example.com: active on p
            """);
    assertThat(run("map", "load", csv.toString())).isEqualTo(0);
    assertThat(run("map", "dump", "--format", "csv")).isEqualTo(0);
    assertThat(out)
        .hasToString(
            """
            address,pair,state
            alice@example.com,p,recovering
            bob@example.com,p,moving
            carol@example.com,q,closed
            dan@example.com,p,active
            @xn--bcher-kva.example,q,active
            """);
    assertThat(run("map", "diff", csv.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("- user bob@example.com: pair p; state moving; to q\n")
        .endsWith("0 only in the file, 3 only in the map, 0 different, 2 the same\n");
    JsonNode alice =
        AdminClient.JSON.readTree(
            call("GET", "/v1/users/alice@example.com", "application/json", "").body());
    assertThat(alice.path("reason").asString()).isEqualTo("a, b");
  }

  // ---- nonsense

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | not an address | users: [{ address: a b@example.com, pair: p }]",
        "400 | 64 octets | users: [{ address: "
            + "lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll@example.com, pair: p }]",
        "400 | not an address | users: [{ address: \"a\\u0000@example.com\", pair: p }]",
        "400 | not an internationalized domain | users: [{ address: \"a@\\u200d.example\", pair: p }]",
        "400 | users[1].pair: there is no pair nix | users: [{ address: x@example.com, pair: nix }]",
        "400 | twice | users: [{ address: x@e.org, pair: p }, { address: X@E.org, pair: p }]",
        "400 | has no members | pairs: [{ name: r, members: {}, active: a }]",
        "400 | twice | `pairs: [{ name: r, active: a, members: { a: { lmtp: 'h:1' }, a: { lmtp: 'h:2' } } }]`",
        "400 | same lmtp | `pairs: [{ name: r, active: a, members: { a: { lmtp: 'h:1' }, b: { lmtp: 'h:1' } } }]`",
        "400 | leads in a circle | aliases: [{ from: x@e.org, to: x@e.org }]",
        "400 | circle | aliases: [{ from: x@e.org, to: y@e.org }, { from: y@e.org, to: x@e.org }]",
        "400 | circle | aliases: [{ from: x@example.com, to: x@example.net }]",
        "400 | circle | `aliases: [{ from: x@e.org, to: y+1@e.org }, { from: y@e.org, to: x@e.org }]`",
        "400 | a whole @domain | `aliases: [{ from: x@e.org, to: '@e.org' }]`",
        "400 | not a state | users: [{ address: x@e.org, pair: p, state: gone }]",
        "400 | to is said | users: [{ address: x@e.org, pair: p, to: q }]",
        "400 | not YAML | `users: [`",
        "400 | unknown key | people: []",
        "400 | domains[1] | domains: [no_domain]",
      })
  void load_nonsense_isRefusedInWords_andNothingIsApplied(int status, String words, String text)
      throws Exception {
    assertThat(call("POST", "/v1/map", "application/yaml", MAP).statusCode()).isEqualTo(200);
    String before = dump();
    String also = "\nusers: [{ address: fine@example.com, pair: p }]\n";
    String body = text.startsWith("users") ? text : text + also;
    for (String query : new String[] {"?dry-run=true", ""}) {
      HttpResponse<String> answer = call("POST", "/v1/map" + query, "application/yaml", body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
      assertThat(AdminClient.JSON.readTree(answer.body()).path("detail").asString())
          .contains(words);
    }
    assertThat(run("map", "load", file("nonsense.yaml", body).toString())).isBetween(1, 2);
    assertThat(err.toString()).startsWith("holdfast: ").contains(words);
    assertThat(dump()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x@example.com | alice@example.com | 200 | ''",
        "x@example.com | nobody@example.com | 200 | leads to nobody",
        "x@example.com | who@foreign.example | 200 | leads to nobody",
        "@x.example | @foreign.example | 200 | nobody lives in",
        "alice@example.com | bob@example.com | 409 | is a user",
        "x@example.com | X@Example.com | 400 | leads to itself",
        "x@example.com | x@example.net | 400 | circle",
        "@example.com | @example.net | 400 | circle",
        "x@example.com | @example.com | 400 | from address to address",
        "x | alice@example.com | 400 | has no @",
        "x@example.com | alice | 400 | has no @",
        "x@ex_ample.com | alice@example.com | 400 | the domain may have",
      })
  void alias_put_isAnsweredPrecisely(String from, String to, int status, String words)
      throws Exception {
    assertThat(call("POST", "/v1/map", "application/yaml", MAP).statusCode()).isEqualTo(200);
    String path = "/v1/aliases/" + URLEncoder.encode(from, StandardCharsets.UTF_8);
    HttpResponse<String> answer = call("PUT", path, "application/json", "{\"to\":\"" + to + "\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(words);
    if (status == 200) {
      assertThat(call("DELETE", path, "application/json", "").statusCode()).isEqualTo(200);
      assertThat(call("DELETE", path, "application/json", "").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void circle_closedBySecondFile_isRefused() throws Exception {
    Path first = file("1.yaml", "aliases: [{ from: a@x.org, to: a@y.org }]\n");
    Path second = file("2.yaml", "aliases: [{ from: '@y.org', to: '@x.org' }]\n");
    assertThat(run("map", "load", first.toString())).isEqualTo(0);
    assertThat(err.toString()).contains("warning: alias a@x.org leads to nobody: a@y.org (550)");
    assertThat(run("map", "load", second.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("circle");
    assertThat(dump()).doesNotContain("@y.org\", to: \"@x.org");
  }
}
