package org.holdfast.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * What {@code explain} and {@code dry-run} say, beside what a real mail and a real flip come to.
 * One gateway for all; each test leaves everything open and nothing held.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExplainIT {

  private static final String ALICE = "alice@example.com";

  private static OperatedGateway gateway;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    gateway =
        new OperatedGateway(
            folder,
            """
            users:
              - { address: alice@example.com, pair: p0 }
              - { address: bob@example.com, pair: p0 }
              - { address: closed@example.com, pair: p0, state: closed }
              - { address: "@catch.example", pair: p0 }
            aliases:
              - { from: sales@example.com, to: alice@example.com }
              - { from: "@alias.example", to: "@example.com" }
            """);
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
  }

  private static JsonNode explained(String address) throws Exception {
    String escaped = address.replace("+", "%2B").replace("@", "%40");
    return gateway.get("/v1/users/" + escaped + "?explain").path("explanation");
  }

  /** What really becomes of a mail: in the words of explain. */
  private static String sent(String address) throws Exception {
    long held = gateway.get("/v1/queue").path("held").asLong();
    List<String> replies = gateway.send(address);
    if (!replies.getLast().startsWith("250")) {
      return (replies.getLast().startsWith("4") ? "deferred " : "refused ") + replies.getLast();
    }
    return gateway.get("/v1/queue").path("held").asLong() > held ? "held" : "delivered";
  }

  private static String foretold(JsonNode explanation) {
    String outcome = explanation.path("outcome").asString();
    JsonNode reply = explanation.path("reply");
    return reply.isNull() ? outcome : outcome + " " + reply.asString();
  }

  private static void discardAll() throws Exception {
    gateway.post("/v1/queue/actions/discard", "{\"all\":true,\"reason\":\"test\"}");
  }

  @ParameterizedTest
  @Order(1)
  @CsvSource(
      delimiter = '|',
      value = {
        "alice@example.com | delivered | spelling user state pair member",
        "ALICE@Example.COM | delivered | spelling user state pair member",
        "alice+news@example.com | delivered | spelling subaddress state pair member",
        "sales@example.com | delivered | spelling alias user state pair member",
        "bob@alias.example | delivered | spelling domain-alias user state pair member",
        "any@catch.example | delivered | spelling catch-all state pair member",
        "closed@example.com | refused 550 5.2.1 Mailbox is closed | spelling user state",
        "nobody@example.com | refused 550 5.1.1 No such user here | spelling nobody",
        "nobody@foreign.example | refused 550 5.7.1 Relaying denied | spelling nobody",
        "postmaster@example.com | delivered | spelling nobody postmaster state pair member",
      })
  void address_ofEveryKind_isExplainedAsItsMailGoes(String address, String what, String steps)
      throws Exception {
    JsonNode explanation = explained(address);
    assertThat(foretold(explanation)).isEqualTo(what);
    assertThat(explanation.path("steps").findValuesAsString("what"))
        .containsExactly(steps.split(" "));
    assertThat(sent(address)).isEqualTo(what);
  }

  /** Every state of everything, domain, pair and user. */
  @Test
  @Order(2)
  void holds_inEveryCombination_areExplainedAsTheGateDecides() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (int all = 0; all < 2; all++) {
      for (int domain = 0; domain < 2; domain++) {
        for (int pair = 0; pair < 2; pair++) {
          for (String state : List.of("active", "moving", "recovering", "closed")) {
            set("/v1/all/state", all);
            set("/v1/domains/example.com/state", domain);
            set("/v1/pairs/p0/state", pair);
            gateway.put("/v1/users/" + ALICE + "/state", "{\"state\":\"" + state + "\"}");
            wrong.addAll(differences(all + domain + pair, state));
          }
        }
      }
    }
    openAll();
    assertThat(wrong).isEmpty();
  }

  private static void set(String path, int hold) throws Exception {
    gateway.put(path, "{\"state\":\"" + (hold == 1 ? "hold" : "active") + "\"}");
  }

  private static List<String> differences(int wider, String state) throws Exception {
    discardAll();
    JsonNode explanation = explained(ALICE);
    String really = sent(ALICE);
    boolean aside = state.equals("moving") || state.equals("recovering");
    int holds = state.equals("closed") ? 0 : wider + (aside ? 1 : 0);
    List<String> wrong = new ArrayList<>();
    if (!foretold(explanation).equals(really)) {
      wrong.add(state + ": " + explanation + ", but " + really);
    }
    long told =
        explanation.path("steps").findValuesAsString("what").stream()
            .filter("hold"::equals)
            .count();
    if (told != holds) {
      wrong.add(state + ": " + told + " holds told, not " + holds + ": " + explanation);
    }
    return wrong;
  }

  private static void openAll() throws Exception {
    set("/v1/all/state", 0);
    set("/v1/domains/example.com/state", 0);
    set("/v1/pairs/p0/state", 0);
    gateway.put("/v1/users/" + ALICE + "/state", "{\"state\":\"active\"}");
    discardAll();
  }

  /** What the dry run of a release says goes, goes; what it says stays, stays. */
  @Test
  @Order(3)
  void dryRun_ofRelease_saysWhatThenHappens() throws Exception {
    gateway.put("/v1/users/bob@example.com/state", "{\"state\":\"moving\",\"reason\":\"copy\"}");
    set("/v1/pairs/p0/state", 1);
    gateway.send(ALICE);
    gateway.send(ALICE);
    gateway.send("bob@example.com");

    JsonNode dry = gateway.put("/v1/pairs/p0/state?dry-run", "{\"state\":\"active\"}");
    assertThat(dry.path("goes").asInt()).isEqualTo(2);
    assertThat(dry.path("stays").asInt()).isEqualTo(1);
    assertThat(dry.path("stillHeldBy").path(0).path("why").asString())
        .contains("user bob@example.com is moving", "reason copy");
    assertThat(gateway.get("/v1/pairs/p0").path("state").asString()).isEqualTo("hold");
    assertThat(gateway.get("/v1/queue").path("held").asInt()).isEqualTo(3);

    JsonNode user =
        gateway.put("/v1/users/bob@example.com/state?dry-run=true", "{\"state\":\"active\"}");
    assertThat(user.path("goes").asInt()).isZero();
    assertThat(user.path("stays").asInt()).isEqualTo(1);
    assertThat(user.path("effective").asString()).isEqualTo("hold");
    assertThat(user.path("stillHeldBy").path(0).path("why").asString()).contains("pair p0");

    set("/v1/pairs/p0/state", 0);
    await()
        .untilAsserted(
            () -> assertThat(gateway.get("/v1/queue").path("held").asInt()).isEqualTo(1));
    gateway.put("/v1/users/bob@example.com/state", "{\"state\":\"active\"}");
    await().untilAsserted(() -> assertThat(gateway.get("/v1/queue").path("held").asInt()).isZero());
  }

  @Test
  @Order(4)
  void dryRun_isNotTold_andRefusesAsTheFlipWould() throws Exception {
    long before = gateway.get("/v1/events?limit=1").path("next").asLong();
    assertThat(
            gateway
                .call("PUT", "/v1/users/none@example.com/state?dry-run", "{\"state\":\"active\"}")
                .status())
        .isEqualTo(404);
    assertThat(
            gateway
                .call(
                    "PUT",
                    "/v1/users/" + ALICE + "/state?dry-run",
                    "{\"state\":\"moving\",\"pair\":\"none\"}")
                .status())
        .isEqualTo(404);
    JsonNode closed =
        gateway.put("/v1/users/" + ALICE + "/state?dry-run", "{\"state\":\"closed\"}");
    assertThat(closed.path("changed").asBoolean()).isTrue();
    assertThat(gateway.get("/v1/users/" + ALICE).path("state").asString()).isEqualTo("active");
    String lines = "{\"address\":\"" + ALICE + "\",\"state\":\"moving\"}\nx\n";
    assertThat(gateway.call("POST", "/v1/states?dry-run", lines).body().lines())
        .hasSize(2)
        .first()
        .asString()
        .contains("\"dryRun\":true", "\"changed\":true");
    assertThat(gateway.get("/v1/events?limit=1").path("next").asLong()).isEqualTo(before);
  }

  /** Last: the member is in doubt afterwards, and mail waits. */
  @Test
  @Order(5)
  void memberThatDoesNotAnswer_andMailAhead_areExplained() throws Exception {
    gateway.backend.on(Point.RCPT, "bob@example.com", Act.reply("451 4.2.0 later"));
    assertThat(sent("bob@example.com")).isIn("held", "deferred 451 4.2.0 later");
    gateway.backend.die();
    gateway.send("any@catch.example");
    JsonNode down = explained(ALICE);
    assertThat(down.path("outcome").asString()).isEqualTo("held");
    assertThat(down.path("sentence").asString()).contains("a does not answer");
    assertThat(sent(ALICE)).isEqualTo("held");
    JsonNode ahead = explained(ALICE);
    assertThat(ahead.path("sentence").asString()).contains("waiting ahead");
    assertThat(ahead.path("steps").findValuesAsString("what")).contains("ahead");
    assertThat(sent(ALICE)).isEqualTo("held");
  }
}
