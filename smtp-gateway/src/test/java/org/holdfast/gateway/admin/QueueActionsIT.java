package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * {@code /v1/queue/actions} and the actions on a message: all that an operator must not get wrong.
 */
class QueueActionsIT {

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("carol@example.com", "imap7-8", UserState.ACTIVE);
    api.routing.addUser("moved@example.com", "imap7-8", UserState.MOVING);
    api.routing.addUser("gone@example.com", "imap7-8", UserState.CLOSED);
    api.queue.add("q1", "s@x.test", "alice@example.com", "imap5-6", DeliveryState.HELD);
    api.queue.add("q1", "s@x.test", "bob@example.com", "imap7-8", DeliveryState.PARKED);
    api.queue.add("q2", "", "alice@example.com", "imap5-6", DeliveryState.READY);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private JsonNode event() throws Exception {
    JsonNode items = api.get("/v1/events").json().path("items");
    return items.get(items.size() - 1);
  }

  @Test
  void filter_besideTheRest_meansTheSame() throws Exception {
    String body = "{\"recipient\":\"alice@example.com\",\"dryRun\":true}";
    JsonNode would = api.post("/v1/queue/actions/retry", body).json();
    assertThat(would.path("affected").asInt()).isEqualTo(2);
    String generic = "{\"action\":\"park\",\"recipient\":\"alice@example.com\",\"state\":\"held\"}";
    assertThat(api.post("/v1/queue/actions", generic).json().path("affected").asInt()).isEqualTo(1);
    assertThat(event().path("target").asString())
        .isEqualTo("recipient=alice@example.com state=held");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"recipient\":null}",
        "{\"recipient\":\"alice@example.com\",\"all\":true}",
        "{\"recipient\":\"alice@example.com\",\"filter\":{}}",
        "{\"recipient\":\"alice@example.com\",\"filter\":{\"pair\":\"imap5-6\"}}",
        "{\"recipients\":\"alice@example.com\"}"
      })
  void filter_missingOrTwice_is400AndTouchesNothing(String body) throws Exception {
    assertThat(api.post("/v1/queue/actions/park", body).status()).isEqualTo(400);
    assertThat(api.audit.last()).isZero();
  }

  @Test
  void discard_withoutAReason_is400EverywhereAndTouchesNothing() throws Exception {
    for (String reason : new String[] {"", ",\"reason\":\"\"", ",\"reason\":\" \""}) {
      String body = "{\"dryRun\":false" + reason + "}";
      assertThat(api.post("/v1/queue/messages/q1/discard", body).status()).isEqualTo(400);
      String all = "{\"all\":true" + reason + "}";
      assertThat(api.post("/v1/queue/actions/discard", all).status()).isEqualTo(400);
    }
    assertThat(api.queue.items).hasSize(3);
    assertThat(api.audit.last()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "retry,'{\"pair\":\"imap5-6\"}',2,pair=imap5-6",
    "park,'{\"sender\":\"s@x.test\"}',2,sender=s@x.test",
    "discard,'{\"sender\":\"<>\"}',1,sender=<>",
    "discard,'{\"state\":\"parked\",\"recipient\":\"bob@example.com\"}',1,"
        + "recipient=bob@example.com state=parked",
    "redirect,'{\"before\":\"2026-11-21T10:00:02Z\"}',2,before=2026-11-21T10:00:02Z",
    "retry,'{\"id\":\"q1\"}',2,id=q1",
  })
  void dryRun_saysWhatTheActionDoesThen(String action, String filter, int affected, String words)
      throws Exception {
    String to = action.equals("redirect") ? ",\"to\":\"carol@example.com\"" : "";
    String body = "{\"filter\":" + filter + ",\"reason\":\"night\"" + to;
    JsonNode would = api.post("/v1/queue/actions/" + action, body + ",\"dryRun\":true}").json();
    assertThat(would.path("affected").asInt()).isEqualTo(affected);
    assertThat(would.path("dryRun").asBoolean()).isTrue();
    assertThat(would.path("first").size()).isEqualTo(affected);
    assertThat(api.audit.last()).isZero();
    JsonNode did = api.post("/v1/queue/actions/" + action, body + "}").json();
    assertThat(did.path("affected").asInt()).isEqualTo(affected);
    assertThat(event().path("what").asString()).isEqualTo("queue." + action);
    assertThat(event().path("target").asString()).isEqualTo(words);
    assertThat(event().path("why").asString()).isEqualTo("night");
    assertThat(event().path("after").path("affected").asInt()).isEqualTo(affected);
  }

  @Test
  void filter_withAPairThatNobodyKnows_is400_aRemovedOneWithMailIsNot() throws Exception {
    api.queue.add("q3", "s@x.test", "old@example.com", "removed", DeliveryState.PARKED);
    String slip = "{\"filter\":{\"pair\":\"imap56\"},\"dryRun\":true}";
    assertThat(api.post("/v1/queue/actions/retry", slip).status()).isEqualTo(400);
    String removed = "{\"filter\":{\"pair\":\"removed\"}}";
    assertThat(api.post("/v1/queue/actions/retry", removed).json().path("affected").asInt())
        .isEqualTo(1);
  }

  @Test
  void dryRun_ofAMessage_touchesNothing() throws Exception {
    String body = "{\"dryRun\":true,\"reason\":\"r\",\"recipient\":\"bob@example.com\"}";
    JsonNode would = api.post("/v1/queue/messages/q1/discard", body).json();
    assertThat(would.path("affected").asInt()).isEqualTo(1);
    assertThat(would.path("first").get(0).path("recipient").asString())
        .isEqualTo("bob@example.com");
    assertThat(api.queue.items).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({"gone@example.com,409", "nobody@example.com,400", "x@elsewhere.test,400"})
  void redirect_toSomebodyWhoGetsNoMail_isRefused(String to, int status) throws Exception {
    String body = "{\"to\":\"" + to + "\"}";
    assertThat(api.post("/v1/queue/messages/q1/redirect", body).status()).isEqualTo(status);
    assertThat(api.queue.items.getFirst().delivery().recipient().lane())
        .isEqualTo("alice@example.com");
  }

  @Test
  void redirect_toSomebodyWhoIsMoving_isTaken() throws Exception {
    String body = "{\"to\":\"moved@example.com\"}";
    assertThat(api.post("/v1/queue/messages/q2/redirect", body).status()).isEqualTo(200);
    assertThat(api.queue.items.get(2).nextHop()).isEqualTo("imap7-8");
  }

  @Test
  void redirect_toWhereItGoesAlready_isAboutTheOthersOnly() throws Exception {
    api.queue.add("q3", "s@x.test", "carol@example.com", "imap7-8", DeliveryState.HELD);
    String body = "{\"filter\":{\"sender\":\"s@x.test\"},\"to\":\"carol@example.com\"";
    assertThat(
            api.post("/v1/queue/actions/redirect", body + ",\"dryRun\":true}")
                .json()
                .path("affected")
                .asInt())
        .isEqualTo(2);
    assertThat(api.post("/v1/queue/actions/redirect", body + "}").json().path("affected").asInt())
        .isEqualTo(2);
  }

  @Test
  void action_thatBreaksOff_saysHowFarItCame() throws Exception {
    api.queue.breaksOff = true;
    var reply = api.post("/v1/queue/actions", "{\"action\":\"retry\",\"all\":true}");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.text("detail")).contains("after 1 of 3 deliveries", "run it again");
    assertThat(event().path("after").path("brokenOff").asBoolean()).isTrue();
    JsonNode run = api.get("/v1/queue/actions").json().path("items").get(0);
    assertThat(run.path("state").asString()).isEqualTo("broken off");
    assertThat(run.path("affected").asInt()).isEqualTo(1);
  }

  @Test
  void actions_listed_haveWhatCameOfThem() throws Exception {
    api.post("/v1/queue/actions", "{\"action\":\"park\",\"all\":true,\"reason\":\"r\"}");
    api.post("/v1/queue/messages/q2/retry", "");
    JsonNode items = api.get("/v1/queue/actions").json().path("items");
    assertThat(items.size()).isEqualTo(2);
    assertThat(items.get(0).path("target").asString()).isEqualTo("q2");
    JsonNode park = items.get(1);
    assertThat(park.path("action").asString()).isEqualTo("park");
    assertThat(park.path("target").asString()).isEqualTo("*");
    assertThat(park.path("total").asInt()).isEqualTo(3);
    assertThat(park.path("affected").asInt()).isEqualTo(3);
    assertThat(park.path("state").asString()).isEqualTo("done");
  }

  @ParameterizedTest
  @ValueSource(strings = {"retry", "park", "discard", "redirect"})
  void action_onEverything_needsAll(String action) throws Exception {
    String body = "{\"filter\":{},\"reason\":\"r\"" + toCarol(action) + "}";
    assertThat(api.post("/v1/queue/actions/" + action, body).status()).isEqualTo(400);
    body = "{\"reason\":\"r\"" + toCarol(action) + "}";
    assertThat(api.post("/v1/queue/actions/" + action, body).status()).isEqualTo(400);
    assertThat(api.audit.last()).isZero();
  }

  private static String toCarol(String action) {
    return action.equals("redirect") ? ",\"to\":\"carol@example.com\"" : "";
  }
}
