package org.holdfast.gateway.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.wiring.Gateway;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole gateway with one pair, p0, and a map of a test's choice, in an operator's hands. */
final class OperatedGateway implements AutoCloseable {

  static final JsonMapper JSON = new JsonMapper();

  final ScriptedBackend backend = ScriptedBackend.start();
  private final ScriptedBackend standby = ScriptedBackend.start();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private Gateway gateway;
  private String token;

  /** {@code map} is what stands in map.yaml behind the pairs. */
  OperatedGateway(Path folder, String map) throws Exception {
    this.folder = folder;
    Files.writeString(
        folder.resolve("map.yaml"),
        """
        pairs:
          - { name: p0, members: { a: { lmtp: "%s" }, b: { lmtp: "%s" } }, active: a }
        %s\
        """
            .formatted(backend.address(), standby.address(), map));
    Files.writeString(
        folder.resolve("holdfast.yaml"),
        """
        data: %1$s/data
        smtp: { listen: "127.0.0.1:0" }
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0" }
        store: { max-bytes: 1GiB, min-free: 16MiB }
        delivery: { postmaster: alice@example.com }
        retry: { first: 10m }
        map: { load: %1$s/map.yaml }
        """
            .formatted(folder));
    Settings settings = SettingsFile.read(folder.resolve("holdfast.yaml"));
    gateway = Gateway.start(settings, folder.resolve("holdfast.yaml"));
    token = Files.readString(settings.operatorToken()).strip();
  }

  void restart() throws Exception {
    gateway.close();
    Settings settings = SettingsFile.read(folder.resolve("holdfast.yaml"));
    gateway = Gateway.start(settings, folder.resolve("holdfast.yaml"));
    token = Files.readString(settings.operatorToken()).strip();
  }

  /** An answer. */
  record Reply(int status, String type, String body) {

    JsonNode json() {
      return JSON.readTree(body);
    }
  }

  Reply call(String method, String path, @Nullable String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.admin() + path))
            .header("Authorization", "Bearer " + token)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Reply(
        answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""), answer.body());
  }

  /** The first events of a stream, at most so many. */
  List<String> follow(String path, String header, String value, int most)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway.admin() + path))
            .header("Authorization", "Bearer " + token)
            .header("Accept", "text/event-stream")
            .header(header, value)
            .build();
    try (var lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      return lines.filter(line -> line.startsWith("data:")).limit(most).toList();
    }
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return call("GET", path, null).json();
  }

  JsonNode put(String path, String body) throws IOException, InterruptedException {
    return call("PUT", path, body).json();
  }

  JsonNode post(String path, String body) throws IOException, InterruptedException {
    return call("POST", path, body).json();
  }

  /** One message; the replies to RCPT and, when that was accepted, to the end of data. */
  List<String> send(String recipient) throws IOException {
    try (Socket socket = new Socket(gateway.smtp().getAddress(), gateway.smtp().getPort());
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = socket.getOutputStream()) {
      String _ = hear(in);
      String _ = say(in, out, "EHLO client.example");
      String _ = say(in, out, "MAIL FROM:<from@elsewhere.example>");
      String rcpt = say(in, out, "RCPT TO:<" + recipient + ">");
      if (!rcpt.startsWith("250")) {
        return List.of(rcpt);
      }
      String _ = say(in, out, "DATA");
      return List.of(rcpt, say(in, out, "Subject: x\r\n\r\nhello\r\n."));
    }
  }

  private static String say(BufferedReader in, OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    return hear(in);
  }

  private static String hear(BufferedReader in) throws IOException {
    String line = in.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = in.readLine();
    }
    if (line == null) {
      throw new IOException("closed");
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    backend.close();
    standby.close();
    http.close();
  }
}
