package org.holdfast.gateway.release;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.wiring.Gateway;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole gateway with one pair, p0, and the users asked for, in an operator's hands. */
public final class ReleasingGateway implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();

  public final ScriptedBackend backend = ScriptedBackend.start();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private Gateway gateway;
  private String token;

  /**
   * Starts it.
   *
   * @param rate deliveries a second; 0: no limit
   */
  public ReleasingGateway(Path folder, int rate, String... users) throws Exception {
    this.folder = folder;
    StringBuilder map =
        new StringBuilder(
            "pairs:\n  - { name: p0, members: { a: { lmtp: \"%s\" } }, active: a }\nusers:\n"
                .formatted(backend.address()));
    for (String user : users) {
      map.append("  - { address: ").append(user).append(", pair: p0 }\n");
    }
    Files.writeString(folder.resolve("map.yaml"), map);
    Files.writeString(
        folder.resolve("holdfast.yaml"),
        """
        data: %1$s/data
        smtp: { listen: "127.0.0.1:0" }
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0" }
        node: %3$s
        store: { max-bytes: 1GiB, min-free: 16MiB }
        release: { rate-per-pair: %2$d }
        map: { load: %1$s/map.yaml }
        """
            .formatted(folder, rate, folder.getFileName()));
    Settings settings = SettingsFile.read(folder.resolve("holdfast.yaml"));
    gateway = Gateway.start(settings, folder.resolve("holdfast.yaml"));
    token = Files.readString(settings.operatorToken()).strip();
  }

  public void restart() throws Exception {
    gateway.close();
    Settings settings = SettingsFile.read(folder.resolve("holdfast.yaml"));
    gateway = Gateway.start(settings, folder.resolve("holdfast.yaml"));
    token = Files.readString(settings.operatorToken()).strip();
  }

  public JsonNode put(String path, String body) throws IOException, InterruptedException {
    return call("PUT", path, body);
  }

  public JsonNode post(String path, String body) throws IOException, InterruptedException {
    return call("POST", path, body);
  }

  public JsonNode get(String path) throws IOException, InterruptedException {
    return call("GET", path, "");
  }

  /** What {@code GET /metrics} says. */
  public String metrics() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(gateway.admin().resolve("/metrics")).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private JsonNode call(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(gateway.admin().resolve(path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  public void state(String user, String state) throws IOException, InterruptedException {
    put("/v1/users/" + user + "/state", "{\"state\":\"" + state + "\"}");
  }

  /** The only release; its pair missing when there is none. */
  public JsonNode release() throws IOException, InterruptedException {
    return get("/v1/releases").path("items").path(0);
  }

  /** So many messages for one user. */
  public void send(int count, String user) throws IOException {
    try (Socket socket = new Socket(gateway.smtp().getAddress(), gateway.smtp().getPort());
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = socket.getOutputStream()) {
      hear(in);
      say(in, out, "EHLO client.example");
      for (int i = 0; i < count; i++) {
        say(in, out, "MAIL FROM:<from@elsewhere.example>");
        say(in, out, "RCPT TO:<" + user + ">");
        say(in, out, "DATA");
        say(in, out, "Subject: " + i + "\r\n\r\nhello\r\n.");
      }
    }
  }

  private static void say(BufferedReader in, OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    hear(in);
  }

  private static void hear(BufferedReader in) throws IOException {
    String line = in.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = in.readLine();
    }
    if (line == null || line.charAt(0) > '3') {
      throw new IOException("refused: " + line);
    }
  }

  /** Whose mail the backend took, in order. */
  public List<String> delivered() {
    return backend.received().stream().map(message -> message.recipients().getFirst()).toList();
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    backend.close();
    http.close();
  }
}
