package org.holdfast.gateway.bounce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.ScriptedBackend.Received;
import org.holdfast.gateway.wiring.Gateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole gateway over the wire: mail was accepted, then its backend refuses it for good. Senders
 * elsewhere are told by way of a smarthost that is scripted, too.
 */
class ReturnedMailIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ANN = "ann@far.example";
  private static final String BOB = "bob@example.com";
  private static final String CARL = "carl@example.com";
  private static final Act POLICY = Act.reply("550 5.7.1 Not for this mailbox");

  @TempDir Path folder;
  private final JsonMapper json = new JsonMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private ScriptedBackend backend;
  private ScriptedBackend smarthost;
  private @Nullable Gateway gateway;
  private String token = "";

  @BeforeEach
  void peers() throws IOException {
    backend = ScriptedBackend.start();
    smarthost = ScriptedBackend.start();
  }

  @AfterEach
  void end() throws IOException {
    if (gateway != null) {
      gateway.close();
    }
    http.close();
    backend.close();
    smarthost.close();
  }

  @Test
  void heldMail_refusedByPolicy_comesBackToItsSenderAndIsGone() throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, BOB, POLICY);
    state(BOB, "moving");
    send("<" + ANN + "> RET=FULL ENVID=E+2B1", "<" + BOB + "> NOTIFY=FAILURE ORCPT=rfc822;B@x.y");

    state(BOB, "active");

    ParsedReport report = ParsedReport.of(told(1).content());
    assertThat(report.field("To")).isEqualTo("<" + ANN + ">");
    assertThat(report.ofMessage("Original-Envelope-Id")).isEqualTo("E+1");
    assertThat(report.ofRecipient("Original-Recipient")).isEqualTo("rfc822; B@x.y");
    assertThat(report.ofRecipient("Final-Recipient")).isEqualTo("rfc822; " + BOB);
    assertThat(report.ofRecipient("Status")).isEqualTo("5.7.1");
    assertThat(report.ofRecipient("Diagnostic-Code"))
        .isEqualTo("smtp; 550 5.7.1 Not for this mailbox");
    assertThat(report.returned().body()).contains("Subject: hello", "\r\n\r\nthe body\r\n");
    Received notice = smarthost.received().getFirst();
    assertThat(notice.mail()).startsWith("MAIL FROM:<>");
    assertThat(notice.recipients()).containsExactly(ANN);
    assertThat(smarthost.commands().getFirst()).isEqualTo("EHLO gw1.example.com");
    assertNothingHeld();
    assertThat(page("/metrics")).contains("holdfast_refused_returned_total 1.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"552 5.2.2 Over quota", "550 5.1.1 No such user", "550 5.6.7 No UTF-8"})
  void heldMail_refusedOtherwise_waitsForAPersonAndNobodyIsTold(String reply) throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, BOB, Act.reply(reply));
    state(BOB, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");

    state(BOB, "active");

    awaitOnly(BOB, "parked", "p0");
    assertThat(smarthost.connections()).isZero();
  }

  @Test
  void sender_ofTheMap_findsTheNotificationInItsMailbox() throws Exception {
    start("smarthost: \"\"");
    backend.on(Point.END, BOB, POLICY);
    state(BOB, "moving");
    state(CARL, "moving");
    send("<" + CARL + ">", "<" + BOB + ">");

    state(BOB, "active");
    awaitOnly(CARL, "held", "p0");
    state(CARL, "active");

    assertNothingHeld();
    Received notice = backend.received().getLast();
    assertThat(notice.mail()).startsWith("MAIL FROM:<>");
    assertThat(notice.delivered()).containsExactly(CARL);
    assertThat(ParsedReport.of(notice.content()).ofRecipient("Status")).isEqualTo("5.7.1");
  }

  @Test
  void sender_whomNothingReaches_hasItsMailParked() throws Exception {
    start("smarthost: \"\", on-refused: bounce");
    backend.on(Point.END, BOB, POLICY);
    state(BOB, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");

    state(BOB, "active");

    awaitOnly(BOB, "parked", "p0");
  }

  @Test
  void smarthost_down_notificationWaitsThroughARestartAndGoesWhenItIsBack() throws Exception {
    smarthost.die();
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, BOB, POLICY);
    state(BOB, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");
    state(BOB, "active");
    await().atMost(PATIENCE).until(() -> attempts(ANN) > 0);

    restart();
    awaitOnly(ANN, "deferred", "@smarthost");
    smarthost.revive();

    assertThat(ParsedReport.of(told(1).content()).field("To")).isEqualTo("<" + ANN + ">");
    assertNothingHeld();
    assertThat(smarthost.received()).hasSize(1);
  }

  @Test
  void everythingOnHold_notificationWaitsToo() throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    smarthost.die();
    backend.on(Point.END, BOB, POLICY);
    state(BOB, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");
    state(BOB, "active");
    await().atMost(PATIENCE).until(() -> attempts(ANN) > 0);

    call("PUT", "/v1/all/state", "{\"state\": \"hold\", \"reason\": \"test\"}");
    smarthost.revive();
    call(
        "POST",
        "/v1/queue/actions",
        "{\"action\": \"retry\", \"filter\": {\"pair\": \"@smarthost\"}}");
    awaitOnly(ANN, "held", "@smarthost");
    assertThat(smarthost.received()).isEmpty();

    call("PUT", "/v1/all/state", "{\"state\": \"active\"}");
    told(1);
    assertNothingHeld();
  }

  @Test
  void notification_refusedByTheSmarthost_isForAPersonWhoCanActOnIt() throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, BOB, POLICY);
    smarthost.on(Point.RCPT, Act.reply("554 5.7.1 Relay access denied"));
    state(BOB, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");
    send("<" + ANN + ">", "<" + BOB + ">");
    state(BOB, "active");
    await().atMost(PATIENCE).until(() -> states(ANN).equals(List.of("parked", "parked")));
    List<String> ids = ids();

    smarthost.behave();
    call("POST", "/v1/queue/messages/" + ids.get(0) + "/retry", "{}");
    told(1);
    call("POST", "/v1/queue/messages/" + ids.get(1) + "/redirect", "{\"to\": \"" + CARL + "\"}");

    assertNothingHeld();
    assertThat(backend.received().getLast().delivered()).containsExactly(CARL);
  }

  @Test
  void mail_redirectedByAnOperator_isParkedWhenItIsRefusedThere() throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, CARL, POLICY);
    state(BOB, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");

    call(
        "POST",
        "/v1/queue/messages/" + ids().getFirst() + "/redirect",
        "{\"to\": \"" + CARL + "\"}");

    awaitOnly(CARL, "parked", "p0");
    assertThat(smarthost.connections()).isZero();
  }

  @Test
  void sender_whoWentAwayBeforeTheRefusal_isToldByNotification() throws Exception {
    start("handoff-timeout: 50ms, smarthost: \"" + smarthost.address() + "\"");
    CountDownLatch slow = new CountDownLatch(1);
    backend.on(Point.END, BOB, Act.after(slow, POLICY));

    send("<" + ANN + ">", "<" + BOB + ">");
    assertThat(smarthost.connections()).isZero();
    slow.countDown();

    assertThat(ParsedReport.of(told(1).content()).ofRecipient("Status")).isEqualTo("5.7.1");
    assertNothingHeld();
    assertThat(backend.received()).hasSize(1);
  }

  @Test
  void recipient_ofAMixedMessage_isReturnedAlone() throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, BOB, POLICY);

    send("<" + ANN + ">", "<" + CARL + ">", "<" + BOB + ">");

    ParsedReport report = ParsedReport.of(told(1).content());
    assertThat(report.ofRecipient("Final-Recipient")).isEqualTo("rfc822; " + BOB);
    assertNothingHeld();
    assertThat(backend.received().getFirst().delivered()).containsExactly(CARL);
  }

  @Test
  void notifications_forOneSender_shareAConnection() throws Exception {
    start("smarthost: \"" + smarthost.address() + "\"");
    backend.on(Point.END, BOB, POLICY);
    state(BOB, "moving");
    for (int i = 0; i < 5; i++) {
      send("<" + ANN + ">", "<" + BOB + ">");
    }
    state(BOB, "active");

    told(5);
    assertThat(smarthost.received()).extracting(Received::connection).containsOnly(1);
    assertNothingHeld();
  }

  // ---- the gateway

  private void start(String delivery) throws Exception {
    Files.writeString(
        folder.resolve("map.yaml"),
        """
        pairs:
          - { name: p0, members: { a: { lmtp: "%s" } }, active: a }
        users:
          - { address: %s, pair: p0 }
          - { address: %s, pair: p0 }
        """
            .formatted(backend.address(), BOB, CARL));
    Files.writeString(
        folder.resolve("holdfast.yaml"),
        """
        hostname: gw1.example.com
        data: %1$s/data
        smtp: { listen: "127.0.0.1:0" }
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0" }
        store: { max-bytes: 1GiB, min-free: 16MiB }
        delivery: { %2$s }
        retry: { first: 50ms, max: 100ms }
        map: { load: %1$s/map.yaml }
        """
            .formatted(folder, delivery));
    open();
  }

  private void open() throws Exception {
    Path file = folder.resolve("holdfast.yaml");
    Settings settings = SettingsFile.read(file);
    gateway = Gateway.start(settings, file);
    token = Files.readString(settings.operatorToken()).strip();
  }

  private void restart() throws Exception {
    running().close();
    open();
  }

  private Gateway running() {
    return Objects.requireNonNull(gateway);
  }

  private void state(String user, String state) throws Exception {
    call("PUT", "/v1/users/" + user + "/state", "{\"state\": \"" + state + "\"}");
  }

  private JsonNode call(String method, String path, String body) throws Exception {
    HttpResponse<String> response =
        http.send(
            request(path).method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(200);
    return json.readTree(response.body());
  }

  private String page(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(running().admin().resolve(path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }

  // ---- what is held

  private List<JsonNode> held() throws Exception {
    List<JsonNode> items = new ArrayList<>();
    json.readTree(page("/v1/queue/messages")).path("items").forEach(items::add);
    return items;
  }

  private List<String> ids() throws Exception {
    return held().stream().map(item -> item.path("id").asString()).toList();
  }

  private List<String> states(String recipient) throws Exception {
    return held().stream()
        .filter(item -> item.path("recipient").asString().equals(recipient))
        .map(item -> item.path("state").asString())
        .toList();
  }

  private int attempts(String recipient) throws Exception {
    return held().stream()
        .filter(item -> item.path("recipient").asString().equals(recipient))
        .mapToInt(item -> item.path("attempts").asInt())
        .sum();
  }

  private void awaitOnly(String recipient, String state, String pair) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(held())
                .singleElement()
                .satisfies(item -> {
                  assertThat(item.path("recipient").asString()).isEqualTo(recipient);
                  assertThat(item.path("state").asString()).isEqualTo(state);
                  assertThat(item.path("pair").asString()).isEqualTo(pair);
                }));
  }

  private void assertNothingHeld() {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(held()).isEmpty());
  }

  /** The last of so many notifications that the smarthost has taken. */
  private Received told(int count) {
    await().atMost(PATIENCE).until(() -> smarthost.received().size() == count);
    return smarthost.received().getLast();
  }

  // ---- the sender

  private void send(String from, String... to) throws IOException {
    Sender.send(running().smtp(), from, to);
  }
}
