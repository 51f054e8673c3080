package org.holdfast.gateway.flips;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.wiring.Gateway;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asked over HTTP of a whole gateway whose backend never answers: each kind of flip says that it is
 * not quiesced, and names what is open; once the backend's connection is gone it is quiesced.
 */
class QuiescedIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String ANN = "ann@example.com";
  private static final String BOB = "bob@example.com";

  /** How the open delivery came to be. */
  enum Way {
    SMTP(true),
    LMTP(true),
    HANDED_OVER(false),
    LANE(true);

    /** The sender waits for the backend. */
    final boolean patient;

    Way(boolean patient) {
      this.patient = patient;
    }
  }

  @TempDir Path folder;
  private final JsonMapper json = new JsonMapper();

  @ParameterizedTest
  @EnumSource
  void flip_whileTheBackendStalls_namesWhatIsOpen(Way way) throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.start();
        HttpClient http = HttpClient.newHttpClient()) {
      Settings settings = settings(backend, way);
      try (Gateway gateway = Gateway.start(settings, folder.resolve("holdfast.yaml"))) {
        Api api =
            new Api(http, gateway.admin(), Files.readString(settings.operatorToken()).strip());
        backend.on(Point.END, Act.stall());
        try (Socket client = open(gateway, backend, api, way)) {
          allFlips(api, backend, way);
          backend.behave();
          backend.cut();
          await()
              .atMost(PATIENCE)
              .untilAsserted(() ->
                  assertThat(api.flip(user(ANN), "moving").path("quiesced").asBoolean()).isTrue());
          assertThat(client.isConnected()).isTrue();
        }
      }
    }
  }

  private void allFlips(Api api, ScriptedBackend backend, Way way) throws Exception {
    String id = id(backend);
    List<String> both = way == Way.LANE ? List.of(ANN) : List.of(ANN, BOB);
    for (Map.Entry<String, List<String>> wide :
        Map.of(
                "/v1/pairs/p0/state", both,
                "/v1/domains/example.com/state", both,
                "/v1/all/state", both)
            .entrySet()) {
      mustName(api.flip(wide.getKey(), "hold"), wide.getValue(), id);
      api.flip(wide.getKey(), "active");
    }
    JsonNode failover = api.call("POST", "/v1/pairs/p0/failover", "{\"wait\": \"100ms\"}");
    assertThat(failover.toString()).contains(both.size() + " deliveries are still open to a");
    mustName(api.flip(user(ANN), "moving"), List.of(ANN), id);
    mustName(api.flip(user(ANN), "recovering"), List.of(ANN), id);
    JsonNode forced =
        api.call("POST", "/v1/pairs/p0/failover", "{\"wait\": \"100ms\", \"force\": true}");
    assertThat(forced.path("outcome").asString()).as("%s", forced).isEqualTo("done");
    assertThat(api.call("GET", "/v1/pairs/p0", "").path("active").asString()).isEqualTo("b");
  }

  private static void mustName(JsonNode flip, List<String> mailboxes, String id) {
    assertThat(flip.path("quiesced").asBoolean(true)).as("%s", flip).isFalse();
    List<String> named = new ArrayList<>();
    for (JsonNode open : flip.path("open")) {
      named.add(open.path("mailbox").asString());
      assertThat(open.path("pair").asString()).isEqualTo("p0");
      assertThat(open.path("member").asString()).isEqualTo("a");
      assertThat(open.path("what").asString()).contains(id, "127.0.0.1");
      assertThat(open.path("since").asString()).startsWith("2");
    }
    assertThat(named).containsExactlyInAnyOrderElementsOf(mailboxes);
  }

  private static String user(String address) {
    return "/v1/users/" + address + "/state";
  }

  /** The queue id of the only message that the backend has. */
  private static String id(ScriptedBackend backend) {
    String content = backend.received().getFirst().content();
    return content
        .lines()
        .filter(line -> line.startsWith("X-Holdfast-Id: "))
        .findFirst()
        .orElseThrow()
        .substring("X-Holdfast-Id: ".length())
        .strip();
  }

  // ---- the open delivery

  private static Socket open(Gateway gateway, ScriptedBackend backend, Api api, Way way)
      throws Exception {
    boolean lane = way == Way.LANE;
    if (lane) {
      api.flip(user(ANN), "moving");
    }
    InetSocketAddress door = way == Way.LMTP ? gateway.lmtp() : gateway.smtp();
    Socket client = new Socket(door.getAddress(), door.getPort());
    Dialogue dialogue = new Dialogue(client);
    dialogue.message(way == Way.LMTP ? "LHLO" : "EHLO", lane ? List.of(ANN) : List.of(ANN, BOB));
    if (lane || !way.patient) {
      dialogue.hear("250");
    }
    if (lane) {
      api.flip(user(ANN), "active");
    }
    await().atMost(PATIENCE).until(() -> backend.received().size() == 1);
    return client;
  }

  private Settings settings(ScriptedBackend backend, Way way) throws Exception {
    Path file = folder.resolve("holdfast.yaml");
    Files.writeString(
        folder.resolve("map.yaml"),
        """
        pairs:
          - { name: p0, members: { a: { lmtp: "%1$s" }, b: { lmtp: "%4$s" } }, active: a }
        users:
          - { address: %2$s, pair: p0 }
          - { address: %3$s, pair: p0 }
        """
            .formatted(backend.address(), ANN, BOB, ScriptedBackend.deadPort()));
    Files.writeString(
        file,
        """
        data: %1$s/data
        smtp: { listen: "127.0.0.1:0" }
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0" }
        store: { max-bytes: 1GiB, min-free: 16MiB }
        delivery: { handoff-timeout: %2$s, deadline: 10m }
        map: { load: %1$s/map.yaml }
        """
            .formatted(folder, way.patient ? "5m" : "50ms"));
    return SettingsFile.read(file);
  }

  /** A client of SMTP or LMTP. */
  private static final class Dialogue {

    private final BufferedReader in;
    private final OutputStream out;

    Dialogue(Socket socket) throws IOException {
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      out = socket.getOutputStream();
    }

    /** Everything up to the final dot. */
    void message(String hello, List<String> to) throws IOException {
      hear("220");
      say(hello + " client.example");
      hear("250");
      say("MAIL FROM:<from@elsewhere.example>");
      hear("250");
      for (String one : to) {
        say("RCPT TO:<" + one + ">");
        hear("250");
      }
      say("DATA");
      hear("354");
      say("Subject: x\r\n\r\nhello\r\n.");
    }

    private void say(String line) throws IOException {
      out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    void hear(String code) throws IOException {
      String line = in.readLine();
      while (line != null && line.startsWith(code + "-")) {
        line = in.readLine();
      }
      assertThat(line).startsWith(code);
    }
  }

  /** The admin API in an operator's hands. */
  private final class Api {

    private final HttpClient http;
    private final URI root;
    private final String token;

    Api(HttpClient http, URI root, String token) {
      this.http = http;
      this.root = root;
      this.token = token;
    }

    JsonNode flip(String path, String state) throws IOException, InterruptedException {
      return call("PUT", path, "{\"state\": \"" + state + "\", \"wait\": \"100ms\"}");
    }

    JsonNode call(String method, String path, String body)
        throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(root.resolve(path))
              .timeout(PATIENCE)
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build();
      return json.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
  }
}
