package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.wiring.Gateway;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole gateway for the page to look at: two pairs of scripted backends, users, the operator's
 * token and a viewer's.
 */
final class OperatedGateway implements AutoCloseable {

  static final String VIEWER = "viewer-secret";

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final JsonMapper JSON = new JsonMapper();

  final ScriptedBackend imap5 = ScriptedBackend.start();
  final ScriptedBackend imap6 = ScriptedBackend.start();
  final ScriptedBackend imap7 = ScriptedBackend.start();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path file;
  private final String token;
  private Gateway gateway;

  /** Starts it; {@code more} are lines of the configuration. */
  OperatedGateway(Path folder, List<String> users, String more) throws Exception {
    StringBuilder map =
        new StringBuilder(
            """
            pairs:
              - { name: imap5-6, active: imap5, members: { imap5: { lmtp: "%s" }, imap6: { lmtp: "%s" } } }
              - { name: imap7-8, active: imap7, members: { imap7: { lmtp: "%s" } } }
            users:
            """
                .formatted(imap5.address(), imap6.address(), imap7.address()));
    users.forEach(user -> map.append("  - { address: ").append(user).append(", pair: imap5-6 }\n"));
    Files.writeString(folder.resolve("map.yaml"), map);
    Files.writeString(
        folder.resolve("tokens.yaml"),
        "tokens: [ { name: wallboard, role: viewer, sha256: \"" + sha256(VIEWER) + "\" } ]\n");
    file = folder.resolve("holdfast.yaml");
    Files.writeString(
        file,
        """
        node: gw1
        data: %1$s/data
        smtp: { listen: "127.0.0.1:0" }
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0", tokens: %1$s/tokens.yaml }
        store: { max-bytes: 1GiB, min-free: 16MiB }
        map: { load: %1$s/map.yaml }
        %2$s
        """
            .formatted(folder, more));
    Settings settings = SettingsFile.read(file);
    gateway = Gateway.start(settings, file);
    token = Files.readString(settings.operatorToken()).strip();
  }

  private static String sha256(String text) throws Exception {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
  }

  /** Stops it, and starts it again at the same address when this was done meanwhile. */
  void restart(Runnable meanwhile) throws Exception {
    String admin = gateway.admin().getAuthority();
    gateway.close();
    meanwhile.run();
    String text = Files.readString(file);
    Files.writeString(
        file,
        text.replaceFirst("admin: \\{ listen: \"[^\"]+\"", "admin: { listen: \"" + admin + "\""));
    gateway = Gateway.start(SettingsFile.read(file), file);
  }

  URI page() {
    return gateway.admin().resolve("/");
  }

  String token() {
    return token;
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return call("GET", path, "");
  }

  JsonNode put(String path, String body) throws IOException, InterruptedException {
    return call("PUT", path, body);
  }

  void state(String user, String state, String reason) throws IOException, InterruptedException {
    put(
        "/v1/users/" + user + "/state",
        "{\"state\":\"" + state + "\",\"reason\":\"" + reason + "\"}");
  }

  JsonNode call(String method, String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(gateway.admin().resolve(path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(method + " " + path + " -> " + answer.statusCode() + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** Hands in so many messages; {@code header} may be several lines. */
  void send(int count, String from, String to, String header) throws IOException {
    try (Socket socket = new Socket(gateway.smtp().getAddress(), gateway.smtp().getPort());
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = socket.getOutputStream()) {
      hear(in);
      say(in, out, "EHLO mx.example");
      for (int i = 0; i < count; i++) {
        say(in, out, "MAIL FROM:<" + from + ">");
        say(in, out, "RCPT TO:<" + to + ">");
        say(in, out, "DATA");
        say(in, out, header + "\r\n\r\nhello " + i + "\r\n.");
      }
    }
  }

  private static void say(BufferedReader in, OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
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

  @Override
  public void close() throws IOException {
    gateway.close();
    for (ScriptedBackend backend : List.of(imap5, imap6, imap7)) {
      backend.close();
    }
    http.close();
  }
}
