package org.holdfast.gateway.peers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The gateway's HTTP API in an operator's hands. */
final class GatewayApi implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(40);

  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = new JsonMapper();
  private final GatewayProcess gateway;

  GatewayApi(GatewayProcess gateway) {
    this.gateway = gateway;
  }

  JsonNode user(String address) throws IOException, InterruptedException {
    return call("GET", "/v1/users/" + address, BodyPublishers.noBody());
  }

  /** Sets a state, such as {@code {"state":"moving"}}. */
  JsonNode setState(String address, String body) throws IOException, InterruptedException {
    return call("PUT", "/v1/users/" + address + "/state", BodyPublishers.ofString(body));
  }

  /** How many messages are held for anybody. */
  int held() throws IOException, InterruptedException {
    return call("GET", "/v1/queue", BodyPublishers.noBody()).path("messages").asInt(-1);
  }

  int held(String address) throws IOException, InterruptedException {
    return user(address).path("held").asInt();
  }

  @Override
  public void close() {
    http.close();
  }

  private JsonNode call(String method, String path, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort + path))
            .timeout(LIMIT)
            .header("Authorization", "Bearer " + gateway.operatorToken())
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          method + " " + path + " -> " + response.statusCode() + " " + response.body());
    }
    return json.readTree(response.body());
  }
}
