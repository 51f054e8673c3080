package org.holdfast.gateway.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.holdfast.gateway.metrics.Counts;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is about the server as a whole, and the small resources. */
class ServerIT {

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/nothing,404",
    "GET,/nothing,404",
    "POST,/v1/queue,405",
    "PATCH,/v1/users/alice@example.com,405",
    "DELETE,/healthz,405",
  })
  void call_thatDoesNotExist_isAProblem(String method, String path, int status) throws Exception {
    var reply = api.call(api.operator, method, path, null);
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
    assertThat(reply.json().path("status").asInt()).isEqualTo(status);
    assertThat(reply.text("detail")).contains(path);
  }

  @Test
  void answers_tellNothingOfTheServer() throws Exception {
    var reply = api.get("/v1/queue");
    assertThat(reply.header("Server")).isEmpty();
    assertThat(reply.header("X-Powered-By")).isEmpty();
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /v1/users/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        "EHLO client\r\n",
      })
  void garbage_getsAClearAnswerAndTheServerLives(String request) throws Exception {
    String answer = raw(request);
    assertThat(answer)
        .matches("(?s)HTTP/1.1 (4..|505) .*")
        .doesNotContain("Exception", "org.", "Jetty");
    assertThat(api.get("/healthz").status()).isEqualTo(200);
  }

  @Test
  void header_overTheLimit_is431() throws Exception {
    String answer =
        raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(AdminServer.MAX_HEADER_BYTES));
    assertThat(answer).startsWith("HTTP/1.1 431").contains("problem+json");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @Test
  void failure_withinTheApi_is500WithoutDetails() throws Exception {
    api.routing.broken = true;
    var reply = api.get("/v1/pairs");
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).doesNotContain("Exception", "null", "holdfast.");
  }

  @Test
  void port_inUse_failsInOneLine(@TempDir Path other) throws Exception {
    var settings = AdminSettings.plain("127.0.0.1", api.port(), "", other, "gw2");
    AdminPorts ports =
        new AdminPorts(
            api.routing,
            api.queue,
            api.audit,
            api.forgotten,
            List::of,
            PairStatus.unknown(),
            (_, _, _) -> api.finding,
            api.map,
            api.explain,
            () -> "",
            api.history,
            new MetricRegistry(),
            new FlipTimes(
                new Counts(new MetricRegistry()), new PrometheusRegistry(), System::nanoTime),
            api.configured,
            InstantSource.system());
    try (AdminServer second = new AdminServer(settings, ports)) {
      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + api.port())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void readiness_tellsTheReasons() throws Exception {
    assertThat(api.get("/readyz").json().path("ready").asBoolean()).isTrue();
    api.notReady.add("the disk failed");
    var reply = api.get("/readyz");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.json().path("ready").asBoolean(true)).isFalse();
    assertThat(reply.json().path("reasons").get(0).asString()).isEqualTo("the disk failed");
    assertThat(api.get("/healthz").status()).isEqualTo(200);
  }

  @Test
  void metrics_showWhatIsCountedAndWhatIsHeld() throws Exception {
    api.counted.counter("holdfast.smtp.accepted").inc(3);
    api.queue.add("q1", "", "a@example.com", "imap5-6", DeliveryState.HELD);
    var reply = api.call(null, "GET", "/metrics", null);
    assertThat(reply.header("Content-Type")).startsWith("text/plain");
    assertThat(reply.body())
        .contains("holdfast_smtp_accepted")
        .contains("holdfast_held_deliveries{pair=\"imap5-6\",state=\"held\"} 1.0")
        .contains("holdfast_store_free_bytes ");
  }

  @Test
  void aliases_put_areListed() throws Exception {
    assertThat(api.put("/v1/aliases/@example.net", "{\"to\":\"@example.com\"}").status())
        .isEqualTo(200);
    var item = api.get("/v1/aliases").json().path("items").get(0);
    assertThat(item.path("from").asString()).isEqualTo("@example.net");
    assertThat(item.path("to").asString()).isEqualTo("@example.com");
    assertThat(api.put("/v1/aliases/a@example.com", "{\"to\":\"a@example.com\"}").status())
        .isEqualTo(400);
  }

  @Test
  void map_postedAndDumped() throws Exception {
    var request = api.request(api.operator, "POST", "/v1/map", "zoe@example.com imap5-6");
    var loaded = api.send(request.header("Content-Type", "application/yaml").build());
    assertThat(loaded.json().path("users").asInt()).isEqualTo(1);
    assertThat(api.get("/v1/users/zoe@example.com").status()).isEqualTo(200);
    assertThat(api.get("/v1/map?format=csv").body())
        .isEqualTo("csv\nalice@example.com\nzoe@example.com\nend\n");
    assertThat(api.get("/v1/map?format=xml").status()).isEqualTo(400);
  }

  @Test
  void map_dryRun_saysWhatWouldChange_andChangesNothing() throws Exception {
    var request =
        api.request(api.operator, "POST", "/v1/map?dry-run=true", "zoe@example.com imap5-6");
    var reply = api.send(request.header("Content-Type", "text/csv").build());
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("dryRun").asBoolean()).isTrue();
    assertThat(reply.json().path("changes").get(0).asString()).contains("zoe@example.com");
    assertThat(reply.json().path("kinds").path("users").path("new").asInt()).isEqualTo(1);
    assertThat(api.routing.loads).isEmpty();
    var nonsense = api.request(api.operator, "POST", "/v1/map?dry-run=perhaps", "");
    assertThat(api.send(nonsense.header("Content-Type", "text/csv").build()).status())
        .isEqualTo(400);
  }

  @Test
  void map_loadThatDoesNotDrain_saysSo() throws Exception {
    api.routing.stillOpen.add(
        new org.holdfast.routing.Flip.OpenDelivery(
            "zoe@example.com", "p", "m", "q1", java.time.Instant.EPOCH));
    var request = api.request(api.operator, "POST", "/v1/map?wait=1s", "zoe@example.com imap5-6");
    var reply = api.send(request.header("Content-Type", "text/csv").build());
    assertThat(reply.json().path("notQuiesced").asInt()).isEqualTo(1);
    assertThat(reply.json().path("open").get(0).path("applied").asBoolean(true)).isFalse();
  }

  @Test
  void map_goneInTheMiddleOfADump_cutsTheConnection() throws Exception {
    for (int i = 0; i < 500; i++) {
      api.routing.addUser("user" + i + "@example.com", "imap5-6", UserState.ACTIVE);
    }
    api.routing.breakOffCopies = true;
    assertThatThrownBy(() -> api.get("/v1/map")).isInstanceOf(java.io.IOException.class);
    api.routing.breakOffCopies = false;
    assertThat(api.get("/v1/map").body()).endsWith("end\n");
  }

  @Test
  void map_goneBeforeADump_is503() throws Exception {
    api.routing.down = true;
    assertThat(api.get("/v1/map").status()).isEqualTo(503);
  }

  @Test
  void map_thatIsNone_is400WithTheLine() throws Exception {
    var request = api.request(api.operator, "POST", "/v1/map", "broken");
    var reply = api.send(request.header("Content-Type", "text/csv").build());
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("detail")).isEqualTo("line 1: broken");
  }

  @Test
  void events_paged_goOnAfterTheLastSeen() throws Exception {
    for (int i = 0; i < 5; i++) {
      api.put("/v1/aliases/a" + i + "@example.com", "{\"to\":\"alice@example.com\"}");
    }
    var first = api.get("/v1/events?after=0&limit=3").json();
    assertThat(first.path("items").size()).isEqualTo(3);
    var second = api.get("/v1/events?after=" + first.path("next").asLong()).json();
    assertThat(second.path("items").size()).isEqualTo(2);
    assertThat(second.path("items").get(0).path("id").asLong()).isEqualTo(4);
    assertThat(api.get("/v1/events?limit=1").json().path("items").get(0).path("id").asLong())
        .isEqualTo(5);
  }

  @Test
  void events_followed_arriveAsTheyHappen() throws Exception {
    var request =
        api.request(api.operator, "GET", "/v1/events?after=0", null)
            .header("Accept", "text/event-stream")
            .timeout(Duration.ofSeconds(10))
            .build();
    try (var lines = api.client().send(request, BodyHandlers.ofLines()).body()) {
      api.put("/v1/users/alice@example.com/state", "{\"state\":\"moving\"}");
      String data = lines.filter(line -> line.startsWith("data: ")).findFirst().orElseThrow();
      assertThat(data).contains("\"what\":\"user.state\"", "alice@example.com");
    }
  }
}
