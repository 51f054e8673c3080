package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /v1/queue}. */
class QueueIT {

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("carol@example.com", "imap7-8", UserState.ACTIVE);
    api.queue.add("q1", "s@x.test", "alice@example.com", "imap5-6", DeliveryState.HELD);
    api.queue.add("q1", "s@x.test", "bob@example.com", "imap7-8", DeliveryState.PARKED);
    api.queue.add("q2", "", "alice@example.com", "imap5-6", DeliveryState.READY);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void totals_areByStateAndPair() throws Exception {
    var json = api.get("/v1/queue").json();
    assertThat(json.path("held").asInt()).isEqualTo(3);
    assertThat(json.path("byState").path("parked").asInt()).isEqualTo(1);
    assertThat(json.path("byState").path("deferred").asInt()).isZero();
    assertThat(json.path("byPair").path("imap5-6").path("byState").path("held").asInt())
        .isEqualTo(1);
    assertThat(json.path("bytes").asInt()).isEqualTo(1234);
    assertThat(json.path("oldest").asString()).isEqualTo("2026-11-21T10:00:00Z");
    assertThat(json.path("disk").path("free").asLong()).isEqualTo(1 << 30);
  }

  @Test
  void delivery_listed_hasEveryMemberOfTheContract() throws Exception {
    var item = api.get("/v1/queue/messages").json().path("items").get(0);
    assertThat(item.path("id").asString()).isEqualTo("q1");
    assertThat(item.path("recipient").asString()).isEqualTo("alice@example.com");
    assertThat(item.path("sender").asString()).isEqualTo("s@x.test");
    assertThat(item.path("pair").asString()).isEqualTo("imap5-6");
    assertThat(item.path("state").asString()).isEqualTo("held");
    assertThat(item.path("size").asInt()).isPositive();
    assertThat(item.path("accepted").asString()).isEqualTo("2026-11-21T10:00:00Z");
    assertThat(item.path("attempts").asInt()).isEqualTo(1);
    assertThat(item.has("nextAttempt")).isTrue();
    assertThat(item.path("lastReply").asString()).isEqualTo("on hold");
  }

  @ParameterizedTest
  @CsvSource({
    "recipient=alice@example.com,2",
    "pair=imap7-8,1",
    "state=ready,1",
    "sender=s@x.test,2",
    "sender=%3C%3E,1",
    "before=2026-11-21T10:00:02Z,2",
    "recipient=alice@example.com&state=held,1",
    "recipient=nobody@example.com,0",
  })
  void list_filtered_findsWhatMatches(String query, int count) throws Exception {
    var page = api.get("/v1/queue/messages?" + query).json();
    assertThat(page.path("items").size()).isEqualTo(count);
    assertThat(page.path("next").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"state=gone", "before=yesterday", "limit=0", "recipent=a@b"})
  void list_askedWrongly_is400(String query) throws Exception {
    assertThat(api.get("/v1/queue/messages?" + query).status()).isEqualTo(400);
  }

  @Test
  void list_paged_hasNoGapAndNoRepeat() throws Exception {
    for (int i = 0; i < 7; i++) {
      api.queue.add("p" + i, "", "dan@example.com", "imap5-6", DeliveryState.HELD);
    }
    List<String> seen = new ArrayList<>();
    String after = "";
    for (int pages = 0; pages < 9; pages++) {
      var page = api.get("/v1/queue/messages?recipient=dan@example.com&limit=3" + after).json();
      page.path("items").forEach(item -> seen.add(item.path("id").asString()));
      if (page.path("next").isNull()) {
        break;
      }
      after = "&after=" + page.path("next").asString();
    }
    assertThat(seen).containsExactly("p0", "p1", "p2", "p3", "p4", "p5", "p6");
  }

  @Test
  void message_shown_hasItsDeliveriesAndHistory() throws Exception {
    var json = api.get("/v1/queue/messages/q1").json();
    assertThat(json.path("deliveries").size()).isEqualTo(2);
    assertThat(json.path("client").asString()).isEqualTo("mx [127.0.0.1]");
    var attempt = json.path("history").get(0);
    assertThat(attempt.path("recipient").asString()).isEqualTo("alice@example.com");
    assertThat(attempt.path("reply").asString()).isEqualTo("421 4.3.2 later");
    assertThat(attempt.path("number").asInt()).isEqualTo(1);
    assertThat(attempt.path("pair").asString()).isEqualTo("imap5-6");
    assertThat(attempt.path("member").asString()).isEqualTo("imap5");
    assertThat(attempt.path("by").isNull()).isTrue();
  }

  @Test
  void message_raw_isTheMessageItself() throws Exception {
    var reply = api.get("/v1/queue/messages/q1/raw");
    assertThat(reply.header("Content-Type")).isEqualTo("message/rfc822");
    assertThat(reply.header("Content-Length")).isEqualTo("24");
    assertThat(reply.body()).isEqualTo("Subject: held\r\n\r\nBody.\r\n");
  }

  @Test
  void message_unknown_is404() throws Exception {
    assertThat(api.get("/v1/queue/messages/none").status()).isEqualTo(404);
    assertThat(api.get("/v1/queue/messages/none/raw").status()).isEqualTo(404);
    assertThat(api.post("/v1/queue/messages/none/retry", "").status()).isEqualTo(404);
    assertThat(api.post("/v1/queue/messages/q1/park", "{\"recipient\":\"x@example.com\"}").status())
        .isEqualTo(404);
  }

  @Test
  void retry_ofAMessage_touchesAllItsDeliveries() throws Exception {
    var reply = api.post("/v1/queue/messages/q1/retry", "");
    assertThat(reply.json().path("affected").asInt()).isEqualTo(2);
    assertThat(api.queue.items).allMatch(item -> item.state() == DeliveryState.READY);
  }

  @Test
  void park_ofOneDelivery_touchesThatOne() throws Exception {
    var body = "{\"recipient\":\"alice@example.com\",\"reason\":\"poison\"}";
    var reply = api.post("/v1/queue/messages/q1/park", body);
    assertThat(reply.json().path("affected").asInt()).isEqualTo(1);
    assertThat(api.queue.items.get(0).state()).isEqualTo(DeliveryState.PARKED);
    assertThat(api.queue.items.get(2).state()).isEqualTo(DeliveryState.READY);
    var event = api.get("/v1/events").json().path("items").get(0);
    assertThat(event.path("what").asString()).isEqualTo("queue.park");
    assertThat(event.path("why").asString()).isEqualTo("poison");
  }

  @Test
  void redirect_toAUser_goesToItsLaneAndPair() throws Exception {
    var body = "{\"recipient\":\"bob@example.com\",\"to\":\"Carol@example.com\"}";
    assertThat(api.post("/v1/queue/messages/q1/redirect", body).status()).isEqualTo(200);
    var moved = api.queue.items.get(1);
    assertThat(moved.delivery().recipient().lane()).isEqualTo("carol@example.com");
    assertThat(moved.nextHop()).isEqualTo("imap7-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"to\":\"nobody@example.com\"}", "{\"to\":\"x@elsewhere.test\"}"})
  void redirect_toNobody_is400(String body) throws Exception {
    assertThat(api.post("/v1/queue/messages/q1/redirect", body).status()).isEqualTo(400);
  }

  @Test
  void action_withAFilter_touchesWhatMatches() throws Exception {
    var body =
        "{\"action\":\"discard\",\"reason\":\"r\",\"filter\":{\"recipient\":\"alice@example.com\"}}";
    assertThat(api.post("/v1/queue/actions", body).json().path("affected").asInt()).isEqualTo(2);
    assertThat(api.queue.items).hasSize(1);
  }

  @Test
  void action_asADryRun_countsAndTouchesNothing() throws Exception {
    var body = "{\"action\":\"discard\",\"reason\":\"r\",\"all\":true,\"dryRun\":true}";
    var reply = api.post("/v1/queue/actions", body);
    assertThat(reply.json().path("affected").asInt()).isEqualTo(3);
    assertThat(reply.json().path("dryRun").asBoolean()).isTrue();
    assertThat(api.queue.items).hasSize(3);
    assertThat(api.audit.last()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"action\":\"discard\"}",
        "{\"action\":\"discard\",\"filter\":{}}",
        "{\"action\":\"discard\",\"filter\":{\"recipient\":null}}",
        "{\"action\":\"discard\",\"filter\":{\"pair\":\"imap5-6\"},\"all\":true}",
        "{\"action\":\"discard\",\"filter\":{\"recipent\":\"a@b\"}}",
        "{\"action\":\"bounce\",\"all\":true}",
        "{\"action\":\"park\",\"all\":\"yes\"}",
        "{\"action\":\"park\",\"all\":true,\"to\":\"a@example.com\"}",
      })
  void action_thatSaysTooLittleOrNonsense_is400AndTouchesNothing(String body) throws Exception {
    assertThat(api.post("/v1/queue/actions", body).status()).isEqualTo(400);
    assertThat(api.queue.items).hasSize(3);
  }
}
