package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.dispatch.DispatchStatus.Breaker;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.holdfast.routing.Target;
import org.holdfast.routing.UserState;
import org.holdfast.routing.Who;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What only the page asks: overview, attention, history, search, whoami. */
class OverviewIT {

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
    api.routing.addUser("bob@example.com", "imap5-6", UserState.MOVING);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private List<String> kinds() throws Exception {
    List<String> kinds = new ArrayList<>();
    api.get("/v1/attention")
        .json()
        .path("items")
        .forEach(i -> kinds.add(i.path("kind").asString()));
    return kinds;
  }

  private static NextHop hop(Breaker breaker, Instant unanswered) {
    return new NextHop(
        "imap5-6",
        "imap5",
        breaker,
        Instant.EPOCH,
        "421 4.3.2 going down",
        1,
        unanswered,
        4,
        2,
        false,
        0,
        0,
        null,
        null,
        List.of());
  }

  private void dispatcherSays(boolean stalled, NextHop... hops) {
    api.queue.status = new DispatchStatus(Instant.now(), List.of(hops), 0, 0, stalled);
  }

  @Test
  void overview_tellsWhatIsHeldWhyAndWhere() throws Exception {
    api.queue.add("Q1", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.HELD);
    api.queue.add("Q2", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.PARKED);
    JsonNode o = api.get("/v1/overview").json();
    assertThat(o.path("node").asString()).isEqualTo("gw1");
    assertThat(o.path("held").asInt()).isEqualTo(2);
    assertThat(o.path("byState").path("parked").asInt()).isEqualTo(1);
    assertThat(o.path("oldest").asString()).isEqualTo(FakeQueue.FIRST.toString());
    assertThat(o.path("setAside").path(0).path("name").asString()).isEqualTo("bob@example.com");
    JsonNode pair = o.path("pairs").path(0);
    assertThat(pair.path("name").asString()).isEqualTo("imap5-6");
    assertThat(pair.path("pair").path("active").asString()).isEqualTo("imap5");
    assertThat(pair.path("byState").path("held").asInt()).isEqualTo(1);
    assertThat(pair.path("breaker").asString()).isEqualTo("closed");
    assertThat(o.path("attention").path("now").asInt()).isEqualTo(1);
  }

  @Test
  void overview_withoutTheMap_stillTellsTheQueue() throws Exception {
    api.queue.add("Q1", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.HELD);
    api.routing.down = true;
    api.notReady.add("the map cannot be read");
    JsonNode o = api.get("/v1/overview").json();
    assertThat(o.path("held").asInt()).isEqualTo(1);
    assertThat(o.path("reasons").path(0).asString()).contains("map");
    assertThat(o.path("pairs").path(0).path("pair").isNull()).isTrue();
  }

  @Test
  void attention_ofNothing_isEmpty() throws Exception {
    assertThat(kinds()).isEmpty();
  }

  @Test
  void attention_namesParkedMailByPair() throws Exception {
    api.queue.add("Q1", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.PARKED);
    JsonNode item = api.get("/v1/attention").json().path("items").path(0);
    assertThat(item.path("kind").asString()).isEqualTo("parked");
    assertThat(item.path("target").asString()).isEqualTo("imap5-6");
    assertThat(item.path("urgency").asString()).isEqualTo("now");
    assertThat(item.path("what").asString()).isEqualTo("1 delivery is parked");
    assertThat(item.path("todo").asString()).contains("redirect");
  }

  @Test
  void attention_namesMailOfAPairThatTheMapLost() throws Exception {
    api.queue.add("Q1", "a@b.example", "bob@example.com", "gone-pair", DeliveryState.HELD);
    assertThat(kinds()).containsExactly("unknown-pair");
  }

  @Test
  void attention_passesOverABackendThatIsDownWhileNothingWaitsForIt() throws Exception {
    dispatcherSays(false, hop(Breaker.OPEN, Instant.now()));
    assertThat(kinds()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"OPEN", "PROBING"})
  void attention_namesABackendThatIsDownWhileMailWaitsForIt(Breaker breaker) throws Exception {
    dispatcherSays(false, hop(breaker, Instant.now()));
    api.queue.add("Q1", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.DEFERRED);
    JsonNode item = api.get("/v1/attention").json().path("items").path(0);
    assertThat(item.path("kind").asString()).isEqualTo("backend");
    assertThat(item.path("detail").asString()).contains("1 delivery waits", "421 4.3.2 going down");
  }

  @Test
  void attention_namesASilentBackendAndAStalledDispatcher() throws Exception {
    api.queue.add("Q1", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.READY);
    dispatcherSays(true, hop(Breaker.CLOSED, Instant.now().minusSeconds(60)));
    assertThat(kinds()).containsExactlyInAnyOrder("backend", "dispatch");
  }

  @Test
  void attention_namesAHoldThatTheGatewayMadeItself() throws Exception {
    Who gateway = new Who("gateway", "50 users refused within a minute");
    var _ = api.routing.setHold(new Target.OfPair("imap5-6"), true, gateway, Duration.ZERO);
    assertThat(kinds()).containsExactly("mass-refusal");
  }

  @Test
  void attention_namesACertificateThatEnds() throws Exception {
    api.counted.registerGauge("holdfast.smtp.tls.certificate.days", () -> 13L);
    api.counted.registerGauge("holdfast.lmtp.tls.certificate.days", () -> 14L);
    JsonNode items = api.get("/v1/attention").json().path("items");
    assertThat(items.size()).isEqualTo(1);
    assertThat(items.path(0).path("target").asString()).isEqualTo("smtp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"operator", "viewer", "backend", "frontend"})
  void whoami_tellsEveryRoleItsOwn(String role) throws Exception {
    String token = role.equals("operator") ? api.operator : Api.secret(role);
    var reply = api.call(token, "GET", "/v1/whoami", null);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("role")).isEqualTo(role);
    assertThat(reply.text("node")).isEqualTo("gw1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/overview", "/v1/attention", "/v1/history", "/v1/search?q=a"})
  void backend_seesNoneOfIt(String path) throws Exception {
    assertThat(api.call(Api.secret("viewer"), "GET", path, null).status()).isEqualTo(200);
    assertThat(api.call(Api.secret("backend"), "GET", path, null).status()).isEqualTo(403);
    assertThat(api.call(null, "GET", path, null).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({"0,400", "1,200", "24,200", "25,400", "x,400"})
  void history_ofSoManyHours(String hours, int status) throws Exception {
    assertThat(api.get("/v1/history?hours=" + hours).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "ali,alice@example.com",
    "ALICE,alice@example.com",
    "alice@exa,alice@example.com",
    "bob@example.com,bob@example.com",
    "zzz,''",
    "lice,''"
  })
  void search_findsUsersByTheirBeginning(String asked, String found) throws Exception {
    List<String> users = new ArrayList<>();
    api.get("/v1/search?q=" + asked)
        .json()
        .path("users")
        .forEach(u -> users.add(u.path("address").asString()));
    assertThat(String.join(",", users)).isEqualTo(found);
  }

  @Test
  void search_findsAMessageByItsId() throws Exception {
    api.queue.add("Q1", "a@b.example", "bob@example.com", "imap5-6", DeliveryState.HELD);
    assertThat(api.get("/v1/search?q=Q1").json().path("messages").path(0).asString())
        .isEqualTo("Q1");
    assertThat(api.get("/v1/search?q=").status()).isEqualTo(400);
  }
}
