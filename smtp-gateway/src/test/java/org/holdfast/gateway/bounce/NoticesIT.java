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
import java.util.List;
import java.util.Objects;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.deliver.ScriptedBackend.Received;
import org.holdfast.gateway.wiring.Gateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole gateway over the wire: what senders are told of deliveries and delays (RFC 3461). */
class NoticesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ANN = "ann@far.example";
  private static final String BOB = "bob@example.com";
  private static final String CARL = "carl@example.com";

  @TempDir Path folder;
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

  // ---- success

  /** Which NOTIFY brings a notice, at the door and out of the queue. CARL's is the last one. */
  @ParameterizedTest
  @CsvSource({
    "<ann@far.example>, '', false",
    "<ann@far.example>, NOTIFY=NEVER, false",
    "<ann@far.example>, NOTIFY=FAILURE, false",
    "<ann@far.example>, 'NOTIFY=FAILURE,DELAY', false",
    "<ann@far.example>, NOTIFY=SUCCESS, true",
    "<ann@far.example>, 'NOTIFY=FAILURE,SUCCESS', true",
    "<>, NOTIFY=SUCCESS, false"
  })
  void delivery_toABackendThatTellsNobody_isToldToWhoAsked(String from, String notify, boolean told)
      throws Exception {
    start("delay-notice: 0");
    send(from + " RET=FULL ENVID=E+2B1", "<" + BOB + "> " + notify + " ORCPT=rfc822;B@x.y");
    state(BOB, "moving");
    send(from + " RET=FULL ENVID=E+2B1", "<" + BOB + "> " + notify + " ORCPT=rfc822;B@x.y");
    state(BOB, "active");
    await().atMost(PATIENCE).until(() -> backend.received().size() == 2);
    send("<" + ANN + ">", "<" + CARL + "> NOTIFY=SUCCESS");

    List<ParsedReport> reports = reports(told ? 3 : 1);
    assertThat(reports.stream().filter(r -> about(r, CARL))).hasSize(1);
    for (ParsedReport report : reports.stream().filter(r -> about(r, BOB)).toList()) {
      assertThat(report.field("Subject")).isEqualTo("Mail delivered");
      assertThat(report.ofMessage("Original-Envelope-Id")).isEqualTo("E+1");
      assertThat(report.ofRecipient("Original-Recipient")).isEqualTo("rfc822; B@x.y");
      assertThat(report.ofRecipient("Action")).isEqualTo("delivered");
      assertThat(report.ofRecipient("Status")).isEqualTo("2.0.0");
      assertThat(report.ofRecipient("Diagnostic-Code")).startsWith("smtp; 250 2.0.0 ");
      assertThat(report.returned().field("Content-Type")).isEqualTo("text/rfc822-headers");
    }
    assertThat(smarthost.received())
        .allMatch(r -> r.mail().startsWith("MAIL FROM:<>") && r.recipients().equals(List.of(ANN)));
    assertThat(page("/metrics")).contains("holdfast_notices_delivered_total");
  }

  @Test
  void delivery_toABackendWithDsn_isItsToTell() throws Exception {
    backend.offer("PIPELINING", "8BITMIME", "DSN");
    start("delay-notice: 0");
    send(
        "<" + ANN + "> RET=HDRS ENVID=E1",
        "<" + BOB + "> NOTIFY=SUCCESS ORCPT=rfc822;B@x.y",
        "<" + CARL + ">");
    backend.cut();
    backend.offer("8BITMIME");
    send("<" + ANN + ">", "<" + CARL + "> NOTIFY=SUCCESS");

    assertThat(about(reports(1).getFirst(), CARL)).isTrue();
    Received first = backend.received().getFirst();
    assertThat(first.mail()).isEqualTo("MAIL FROM:<" + ANN + "> RET=HDRS ENVID=E1");
    assertThat(first.rcpts().getFirst())
        .isEqualTo("RCPT TO:<" + BOB + "> NOTIFY=SUCCESS ORCPT=rfc822;B@x.y");
  }

  // ---- delay

  @Test
  void delay_ofHeldMail_isToldOnceToWhoDidNotForbidIt() throws Exception {
    start("delay-notice: 200ms");
    state(BOB, "moving");
    state(CARL, "moving");
    send("<" + ANN + ">", "<" + BOB + ">");
    send("<" + ANN + ">", "<" + BOB + "> NOTIFY=NEVER");
    send("<" + ANN + ">", "<" + BOB + "> NOTIFY=FAILURE,SUCCESS");
    send("<>", "<" + BOB + ">");
    send("<" + ANN + ">", "<" + CARL + "> NOTIFY=DELAY");

    List<ParsedReport> reports = reports(2);
    assertThat(reports).extracting(r -> r.ofRecipient("Action")).containsOnly("delayed");
    assertThat(reports).extracting(r -> r.ofRecipient("Status")).containsOnly("4.0.0");
    assertThat(about(reports.getFirst(), BOB)).isTrue();
    assertThat(about(reports.getLast(), CARL)).isTrue();
    assertThat(reports.getFirst().raw()).doesNotContain("moving", "Diagnostic-Code");

    Objects.requireNonNull(gateway).close();
    open();
    send("<" + ANN + ">", "<" + CARL + ">");
    assertThat(about(reports(3).getLast(), CARL)).isTrue(); // none a second time before it
  }

  private static boolean about(ParsedReport report, String recipient) {
    return report.ofRecipient("Final-Recipient").equals("rfc822; " + recipient);
  }

  /** So many that the smarthost has taken; no more. */
  private List<ParsedReport> reports(int count) {
    await().atMost(PATIENCE).until(() -> smarthost.received().size() >= count);
    assertThat(smarthost.received()).hasSize(count);
    return smarthost.received().stream().map(r -> ParsedReport.of(r.content())).toList();
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
        delivery: { smarthost: "%3$s", %2$s }
        retry: { first: 50ms, max: 100ms }
        map: { load: %1$s/map.yaml }
        """
            .formatted(folder, delivery, smarthost.address()));
    open();
  }

  private void open() throws Exception {
    Path file = folder.resolve("holdfast.yaml");
    Settings settings = SettingsFile.read(file);
    gateway = Gateway.start(settings, file);
    token = Files.readString(settings.operatorToken()).strip();
  }

  private void state(String user, String state) throws Exception {
    HttpResponse<String> response =
        http.send(
            request("/v1/users/" + user + "/state")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"state\": \"" + state + "\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private String page(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(Objects.requireNonNull(gateway).admin().resolve(path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }

  // ---- the sender

  private void send(String from, String... to) throws IOException {
    Sender.send(Objects.requireNonNull(gateway).smtp(), from, to);
  }
}
