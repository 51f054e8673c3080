package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.holdfast.gateway.admin.Api.Reply;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call with a key is done once. */
class IdempotencyIT {

  private static final String PARK = "/v1/queue/actions/park";

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
    api.queue.add("q1", "s@x.test", "alice@example.com", "imap5-6", DeliveryState.HELD);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Reply post(String token, String key, String path, String body) throws Exception {
    return api.send(api.request(token, "POST", path, body).header("Idempotency-Key", key).build());
  }

  private Reply post(String key, String path, String body) throws Exception {
    return post(api.operator, key, path, body);
  }

  @Test
  void call_again_getsTheFirstAnswerAndIsNotDone() throws Exception {
    Reply first = post("k1", PARK, "{\"all\":true}");
    long events = api.audit.last();
    api.queue.add("q2", "s@x.test", "alice@example.com", "imap5-6", DeliveryState.HELD);
    Reply again = post("\"k1\"", PARK, "{\"all\":true}");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.header("Content-Type")).isEqualTo(first.header("Content-Type"));
    assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    assertThat(first.header("Idempotent-Replayed")).isEmpty();
    assertThat(api.audit.last()).isEqualTo(events);
    assertThat(post("k2", PARK, "{\"all\":true}").json().path("affected").asInt()).isEqualTo(2);
  }

  @Test
  void key_ofAnotherRequest_is422() throws Exception {
    post("k1", PARK, "{\"all\":true}");
    assertThat(post("k1", PARK, "{\"all\":true,\"reason\":\"x\"}").status()).isEqualTo(422);
    assertThat(post("k1", "/v1/queue/actions/retry", "{\"all\":true}").status()).isEqualTo(422);
  }

  @Test
  void key_ofAnotherToken_isAnotherKey() throws Exception {
    String line = "{\"address\":\"alice@example.com\",\"state\":\"active\"}\n";
    assertThat(post("k1", "/v1/states", line).header("Idempotent-Replayed")).isEmpty();
    Reply other = post(Api.secret("backend"), "k1", "/v1/states", line);
    assertThat(other.status()).isEqualTo(200);
    assertThat(other.header("Idempotent-Replayed")).isEmpty();
  }

  @Test
  void call_thatWasRefused_isNotRemembered() throws Exception {
    assertThat(post("k1", PARK, "{}").status()).isEqualTo(400);
    assertThat(post("k1", PARK, "{\"all\":true}").status()).isEqualTo(200);
  }

  @Test
  void failover_thatFailed_isNotTriedAgain() throws Exception {
    api.finding = new Probe.Finding(false, "no route");
    api.put(
        "/v1/pairs/p9",
        "{\"members\":{\"a\":{\"lmtp\":\"h:1\"},\"b\":{\"lmtp\":\"h:2\"}},\"active\":\"a\"}");
    Reply failed = post("k1", "/v1/pairs/p9/failover", "{}");
    assertThat(failed.status()).isEqualTo(409);
    api.finding = new Probe.Finding(true, "fine now");
    Reply again = post("k1", "/v1/pairs/p9/failover", "{}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body()).isEqualTo(failed.body());
    assertThat(again.header("Content-Type")).startsWith("application/problem+json");
    assertThat(post("k2", "/v1/pairs/p9/failover", "{}").status()).isEqualTo(200);
  }

  @Test
  void states_again_getTheirLines() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      api.routing.addUser("u" + i + "@example.com", "imap5-6", UserState.ACTIVE);
      lines.append("{\"address\":\"u").append(i).append("@example.com\",\"state\":\"moving\"}\n");
    }
    Reply first = post("k1", "/v1/states", lines.toString());
    long events = api.audit.last();
    Reply again = post("k1", "/v1/states", lines.toString());
    assertThat(first.lines()).hasSize(5000);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.header("Content-Type")).isEqualTo(first.header("Content-Type"));
    assertThat(api.audit.last()).isEqualTo(events);
    assertThat(post("k1", "/v1/states", lines + "\n").status()).isEqualTo(422);
  }

  @Test
  void call_whileTheFirstGoesOn_is409() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    api.routing.waitFor = latch;
    String line = "{\"address\":\"alice@example.com\",\"state\":\"moving\"}\n";
    var request =
        api.request(api.operator, "POST", "/v1/states", line)
            .header("Idempotency-Key", "k1")
            .build();
    var first = api.client().sendAsync(request, BodyHandlers.ofString());
    await()
        .until(
            () -> api.routing.user("alice@example.com").orElseThrow().state() == UserState.MOVING);
    assertThat(api.send(request).status()).isEqualTo(409);
    latch.countDown();
    assertThat(first.get().statusCode()).isEqualTo(200);
    assertThat(api.send(request).body()).isEqualTo(first.get().body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "a b", "a\"b"})
  void key_thatIsNone_is400(String key) throws Exception {
    assertThat(post(key, PARK, "{\"all\":true}").status()).isEqualTo(400);
  }

  @Test
  void keys_ofOneToken_areBounded() throws Exception {
    for (int i = 0; i <= IdempotencyKeys.MOST_OF_ONE; i++) {
      post("k" + i, PARK, "{\"filter\":{\"id\":\"none\"}}");
    }
    String body = "{\"filter\":{\"id\":\"none\"}}";
    assertThat(post("k0", PARK, body).header("Idempotent-Replayed")).isEmpty();
    assertThat(post("k900", PARK, body).header("Idempotent-Replayed")).isEqualTo("true");
  }
}
