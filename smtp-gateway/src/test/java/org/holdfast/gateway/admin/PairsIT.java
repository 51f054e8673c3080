package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.Flip.OpenDelivery;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/pairs}, the failover, and the wider holds. */
class PairsIT {

  private static final String PAIR = "/v1/pairs/imap5-6";

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void pairs_listed_haveMembersHealthAndTotals() throws Exception {
    api.queue.add("q1", "", "a@example.com", "imap5-6", DeliveryState.HELD);
    api.queue.add("q2", "", "a@example.com", "imap5-6", DeliveryState.PARKED);
    var items = api.get("/v1/pairs").json().path("items");
    assertThat(items.size()).isEqualTo(2);
    JsonNode pair = items.get(0);
    assertThat(pair.path("name").asString()).isEqualTo("imap5-6");
    assertThat(pair.path("active").asString()).isEqualTo("imap5");
    assertThat(pair.path("state").asString()).isEqualTo("active");
    assertThat(pair.path("health").asString()).isEqualTo("unknown");
    assertThat(pair.path("held").asInt()).isEqualTo(2);
    assertThat(pair.path("byState").path("parked").asInt()).isEqualTo(1);
    assertThat(pair.path("byState").path("ready").asInt()).isZero();
    assertThat(pair.path("members").path("imap6").path("imap").asString())
        .isEqualTo("127.0.0.1:10143");
  }

  @Test
  void pair_unknown_is404() throws Exception {
    assertThat(api.get("/v1/pairs/none").status()).isEqualTo(404);
    assertThat(api.put("/v1/pairs/none/state", "{\"state\":\"hold\"}").status()).isEqualTo(404);
    assertThat(api.post("/v1/pairs/none/failover", "").status()).isEqualTo(404);
  }

  @Test
  void pair_put_isMadeAndShown() throws Exception {
    var reply =
        api.put(
            "/v1/pairs/new",
            """
            {"members":{"a":{"lmtp":"127.0.0.1:24","imap":"127.0.0.1:143"},
                        "b":{"lmtp":"[::1]:24"}},"active":"b"}\
            """);
    assertThat(reply.status()).isEqualTo(200);
    var pair = api.get("/v1/pairs/new").json();
    assertThat(pair.path("active").asString()).isEqualTo("b");
    assertThat(pair.path("members").path("b").path("lmtp").asString()).isEqualTo("[::1]:24");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"active\":\"a\"} | \"members\" must be an object",
        "{\"members\":{}} | 1 to 16 members",
        "{\"members\":{\"a\":{\"lmtp\":\"nowhere\"}}} | members.a.lmtp must be HOST:PORT",
        "{\"members\":{\"a\":{\"lmtp\":\"h:99999\"}}} | members.a.lmtp must be HOST:PORT",
        "{\"members\":{\"a\":{}}} | \"members.a.lmtp\" is missing",
        "{\"members\":{\"a\":{\"lmtp\":\"h:1\",\"pop\":1}}} | unknown field \"members.a.pop\"",
        "{\"members\":{\"a\":{\"lmtp\":\"h:1\"}},\"active\":\"c\"} | \"c\", which is not among",
        "{\"members\":{\"a\":{\"lmtp\":\"h:1\"},\"b\":{\"lmtp\":\"h:2\"}}} | \"active\" is missing",
      })
  void pair_putWrongly_is400AndSaysWhat(String body, String detail) throws Exception {
    var reply = api.put("/v1/pairs/new", body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("detail")).contains(detail);
  }

  @Test
  void pair_heldAndReleased_answersAsForAUser() throws Exception {
    var held = api.put(PAIR + "/state", "{\"state\":\"hold\",\"reason\":\"fsck\"}");
    assertThat(held.status()).isEqualTo(200);
    assertThat(held.text("pair")).isEqualTo("imap5-6");
    assertThat(held.text("state")).isEqualTo("hold");
    assertThat(held.json().path("quiesced").asBoolean()).isTrue();
    assertThat(held.json().has("epoch")).isTrue();
    assertThat(api.get(PAIR).text("reason")).isEqualTo("fsck");
    assertThat(api.get("/v1/holds").json().path("items").get(0).path("kind").asString())
        .isEqualTo("pair");
    assertThat(api.put(PAIR + "/state", "{\"state\":\"active\"}").text("state"))
        .isEqualTo("active");
    assertThat(api.get("/v1/holds").json().path("items").size()).isZero();
  }

  @Test
  void pair_setToAUsersState_is400() throws Exception {
    assertThat(api.put(PAIR + "/state", "{\"state\":\"moving\"}").status()).isEqualTo(400);
  }

  private static List<String> steps(JsonNode report) {
    List<String> steps = new ArrayList<>();
    report.path("steps").forEach(step -> steps.add(step.path("step").asString()));
    return steps;
  }

  @Test
  void failover_ofASoundPair_switchesAndReleases() throws Exception {
    var reply = api.post(PAIR + "/failover", "");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("outcome")).isEqualTo("done");
    assertThat(reply.text("from")).isEqualTo("imap5");
    assertThat(reply.text("to")).isEqualTo("imap6");
    assertThat(steps(reply.json()))
        .containsExactly("hold and drain", "probe imap6", "switch", "release");
    assertThat(api.get(PAIR).text("active")).isEqualTo("imap6");
    assertThat(api.get(PAIR).text("state")).isEqualTo("active");
  }

  @Test
  void failover_whatNobodyLookedAt_isSaidInStepAndOutcome() throws Exception {
    String unseen = "nobody has looked into the mailboxes of imap6: it has no imap address";
    api.finding =
        new Probe.Finding(true, "answers LMTP in 2 ms; mailboxes NOT looked into", unseen);
    var dry = api.post(PAIR + "/failover?dry-run", "{}");
    assertThat(dry.status()).isEqualTo(200);
    assertThat(dry.text("outcome")).isEqualTo("dry-run");
    assertThat(dry.json().path("warnings").path(0).asString()).isEqualTo(unseen);
    assertThat(api.get(PAIR).text("active")).isEqualTo("imap5");
    assertThat(api.get("/v1/events?what=pair").body()).doesNotContain("pair.failover");

    var reply = api.post(PAIR + "/failover", "{}");
    assertThat(reply.json().path("warnings").path(0).asString()).isEqualTo(unseen);
    assertThat(reply.json().path("steps").path(1).path("detail").asString())
        .isEqualTo("answers LMTP in 2 ms; mailboxes NOT looked into");
  }

  @Test
  void failover_dryRunOfAnUnfitStandby_saysSo_andChangesNothing() throws Exception {
    api.finding = new Probe.Finding(false, "connection refused");
    var dry = api.post(PAIR + "/failover?dry-run", "{}");
    assertThat(steps(dry.json())).containsExactly("hold and drain", "probe imap6");
    assertThat(dry.json().path("steps").path(1).path("ok").asBoolean()).isFalse();
    assertThat(api.get(PAIR).text("state")).isEqualTo("active");
  }

  @Test
  void holds_withUsers_countThemByWhatTheyHaveInCommon() throws Exception {
    api.routing.addUser("a@example.com", "imap5-6", UserState.MOVING);
    api.routing.addUser("b@example.com", "imap5-6", UserState.MOVING);
    api.routing.addUser("c@example.com", "imap5-6", UserState.RECOVERING);
    api.routing.addUser("d@example.com", "imap5-6", UserState.ACTIVE);
    var users = api.get("/v1/holds?users").json().path("users");
    assertThat(users.path("count").asInt()).isEqualTo(3);
    assertThat(users.path("groups").size()).isEqualTo(2);
    assertThat(users.path("groups").path(0).path("users").asInt()).isEqualTo(2);
    assertThat(users.path("groups").path(0).path("first").asString()).isEqualTo("a@example.com");
    assertThat(api.get("/v1/holds").json().has("users")).isFalse();
  }

  @Test
  void failover_ofAPairOnHold_leavesItOnHold() throws Exception {
    api.put(PAIR + "/state", "{\"state\":\"hold\"}");
    assertThat(api.post(PAIR + "/failover", "{\"to\":\"imap6\"}").status()).isEqualTo(200);
    assertThat(api.get(PAIR).text("state")).isEqualTo("hold");
  }

  @Test
  void failover_toAnUnfitStandby_isUndoneAndSaysSo() throws Exception {
    api.finding = new Probe.Finding(false, "the canary came back empty");
    var reply = api.post(PAIR + "/failover", "{}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text("outcome")).isEqualTo("undone");
    assertThat(reply.text("detail")).contains("canary came back empty", "everything is as before");
    assertThat(api.get(PAIR).text("active")).isEqualTo("imap5");
    assertThat(api.get(PAIR).text("state")).isEqualTo("active");
  }

  @Test
  void failover_forced_goesOnPastTheProbe() throws Exception {
    api.finding = new Probe.Finding(false, "the canary came back empty");
    var reply = api.post(PAIR + "/failover", "{\"force\":true}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).contains("forced");
    assertThat(api.get(PAIR).text("active")).isEqualTo("imap6");
  }

  @Test
  void failover_thatDoesNotDrain_isUndone() throws Exception {
    api.routing.stillOpen.add(
        new OpenDelivery("a@example.com", "imap5-6", "imap5", "q1", Instant.EPOCH));
    var reply = api.post(PAIR + "/failover", "{\"wait\":\"0s\"}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(steps(reply.json())).containsExactly("hold and drain", "undo");
    assertThat(api.get(PAIR).text("state")).isEqualTo("active");
  }

  @Test
  void failover_whoseSwitchIsRefused_isUndone() throws Exception {
    api.routing.refuseActive = "imap6";
    var reply = api.post(PAIR + "/failover", "{}");
    assertThat(reply.text("outcome")).isEqualTo("undone");
    assertThat(api.get(PAIR).text("active")).isEqualTo("imap5");
    assertThat(api.get(PAIR).text("state")).isEqualTo("active");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{\"to\":\"imap5\"} | 409", "{\"to\":\"imap9\"} | 400", "{\"too\":\"imap6\"} | 400"})
  void failover_askedWrongly_changesNothing(String body, int status) throws Exception {
    assertThat(api.post(PAIR + "/failover", body).status()).isEqualTo(status);
    assertThat(api.get(PAIR).text("state")).isEqualTo("active");
  }

  @Test
  void domain_declared_isListedUntilItIsRemoved() throws Exception {
    assertThat(api.put("/v1/domains/new.example", "{}").status()).isEqualTo(200);
    var domain = api.get("/v1/domains").json().path("items").get(0);
    assertThat(domain.path("domain").asString()).isEqualTo("new.example");
    assertThat(domain.path("declared").asBoolean()).isTrue();
    assertThat(api.delete("/v1/domains/new.example").status()).isEqualTo(200);
    assertThat(api.delete("/v1/domains/new.example").status()).isEqualTo(404);
    assertThat(api.get("/v1/domains").body()).doesNotContain("new.example");
  }

  @Test
  void pair_removed_whenNobodyNeedsIt() throws Exception {
    api.routing.addUser("a@example.org", "imap7-8", UserState.ACTIVE);
    assertThat(api.delete("/v1/pairs/imap7-8").status()).isEqualTo(409);
    var _ = api.delete("/v1/users/a@example.org");
    var removed = api.delete("/v1/pairs/imap7-8");
    assertThat(removed.status()).isEqualTo(200);
    assertThat(removed.json().path("quiesced").asBoolean()).isTrue();
    assertThat(api.get("/v1/pairs/imap7-8").status()).isEqualTo(404);
  }

  @Test
  void holds_forgotten_areListedWidestAndLongestFirstPageByPage() throws Exception {
    Instant longAgo = Instant.parse("2026-01-01T00:00:00Z");
    for (int i = 0; i < 5; i++) {
      api.routing.addUser(
          "u" + i + "@x.org", "imap5-6", UserState.MOVING, longAgo.minusSeconds(i / 2));
    }
    api.routing.addUser("new@x.org", "imap5-6", UserState.MOVING, Instant.now());
    var _ = api.put("/v1/domains/x.org/state", "{\"state\":\"hold\",\"reason\":\"old\"}");
    List<String> names = new ArrayList<>();
    String next = "";
    do {
      var page = api.get("/v1/holds/forgotten?limit=2" + next).json();
      page.path("items").forEach(item -> names.add(item.path("name").asString()));
      next = page.path("next").isNull() ? "" : "&after=" + page.path("next").asString();
    } while (!next.isEmpty());
    assertThat(names)
        .containsExactly("x.org", "u4@x.org", "u2@x.org", "u3@x.org", "u0@x.org", "u1@x.org");
    assertThat(api.get("/v1/holds/forgotten?after=nonsense").status()).isEqualTo(400);
  }

  @Test
  void domain_held_isListedAndReleased() throws Exception {
    api.routing.addUser("@example.org", "imap5-6", UserState.ACTIVE);
    var held = api.put("/v1/domains/example.org/state", "{\"state\":\"hold\"}");
    assertThat(held.text("domain")).isEqualTo("example.org");
    assertThat(held.json().path("quiesced").asBoolean()).isTrue();
    var domain = api.get("/v1/domains").json().path("items").get(0);
    assertThat(domain.path("state").asString()).isEqualTo("hold");
    assertThat(domain.path("pair").asString()).isEqualTo("imap5-6");
    api.put("/v1/domains/example.org/state", "{\"state\":\"active\"}");
    assertThat(api.routing.holds()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hold", "active"})
  void everything_set_answersItsState(String state) throws Exception {
    api.queue.add("q1", "", "a@example.com", "imap5-6", DeliveryState.HELD);
    var reply = api.put("/v1/all/state", "{\"state\":\"" + state + "\"}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("state")).isEqualTo(state);
    assertThat(reply.json().path("held").asInt()).isEqualTo(1);
    assertThat(api.routing.holds().isEmpty()).isEqualTo(state.equals("active"));
  }
}
