package org.holdfast.gateway.demo;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The gateway's HTTP API as somebody with one token uses it. Thread-safe. */
final class AdminApi implements AutoCloseable {

  private static final Duration CALL_LIMIT = Duration.ofSeconds(40);

  private final URI root;
  private final String token;
  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = new JsonMapper();

  AdminApi(URI root, String token) {
    this.root = root;
    this.token = token;
  }

  JsonNode user(String address) throws IOException, InterruptedException {
    return call("GET", "/v1/users/" + encoded(address), HttpRequest.BodyPublishers.noBody());
  }

  JsonNode setState(String address, Map<String, String> change)
      throws IOException, InterruptedException {
    String body = json.writeValueAsString(change);
    return call(
        "PUT",
        "/v1/users/" + encoded(address) + "/state",
        HttpRequest.BodyPublishers.ofString(body));
  }

  JsonNode queue() throws IOException, InterruptedException {
    return call("GET", "/v1/queue", HttpRequest.BodyPublishers.noBody());
  }

  @Override
  public void close() {
    http.close();
  }

  private JsonNode call(String method, String path, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(root.resolve(path))
            .timeout(CALL_LIMIT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          method + " " + path + " -> " + response.statusCode() + " " + response.body());
    }
    return json.readTree(response.body());
  }

  private static String encoded(String address) {
    return URLEncoder.encode(address, StandardCharsets.UTF_8);
  }
}
