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
  void token_refused_saysWhereItIsFrom() throws Exception {
    gateway.on("GET /v1/queue", 401, "{\"detail\":\"the token is wrong\"}");
    assertThat(run("queue", "summary")).isEqualTo(1);
    assertThat(err).hasToString("holdfast: the token is wrong (it is that of HOLDFAST_TOKEN)\n");
    err.getBuffer().setLength(0);
    environment.remove("HOLDFAST_TOKEN");
    Path config = Files.writeString(folder.resolve("h.yaml"), "data: " + folder);
    assertThat(run("queue", "summary", "--config", config.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("no token found: " + folder + "/operator.token: there is no such file");
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
  void userList_addresses_areAllOfThemAndNothingElse() {
    gateway
        .on(
            "GET /v1/users?state=moving&limit=1000",
            200,
            "{\"items\":[{\"address\":\"a@x.org\",\"pair\":\"p\"}],\"next\":\"a@x.org\"}")
        .on(
            "GET /v1/users?state=moving&limit=1000&after=a%40x.org",
            200, "{\"items\":[{\"address\":\"b@x.org\",\"pair\":\"p\"}],\"next\":null}");

    assertThat(run("user", "list", "--state", "moving", "--addresses")).isEqualTo(0);
    assertThat(out).hasToString("a@x.org\nb@x.org\n");
    assertThat(run("user", "list", "--addresses", "--limit", "0")).isEqualTo(2);
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
