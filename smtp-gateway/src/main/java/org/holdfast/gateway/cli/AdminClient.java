package org.holdfast.gateway.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Speaks to the admin API of one gateway. Thread-safe. */
final class AdminClient implements AutoCloseable {

  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /**
   * The longest wait for an answer: a flip may wait for deliveries, a load for millions of rows.
   */
  static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(15);

  /** Most of an error's text that is read. */
  private static final int MAX_PROBLEM = 64 << 10;

  static final JsonMapper JSON = JsonMapper.builder().build();

  private final URI base;
  private final Token token;
  private final HttpClient http;

  AdminClient(URI base, String token) {
    this(base, new Token(token, ""), null);
  }

  /** {@code trust} says which certificates are believed; null: those that Java believes. */
  AdminClient(URI base, Token token, @Nullable SSLContext trust) {
    this.base = base;
    this.token = token;
    HttpClient.Builder made =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    if (trust != null) {
      made.sslContext(trust);
    }
    this.http = made.build();
  }

  URI base() {
    return base;
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** One path segment, with everything escaped that could end it. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A query string of what has a value, with its question mark; empty when nothing has. */
  static String query(Map<String, ? extends @Nullable Object> parameters) {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    parameters.forEach((key, value) -> {
      if (value != null) {
        query.add(key + "=" + segment(value.toString()));
      }
    });
    return query.toString();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return json(open("GET", path, "application/json", BodyPublishers.noBody()));
  }

  /** Whether the gateway has anything there. */
  boolean exists(String path) throws IOException, InterruptedException {
    try {
      JsonNode _ = get(path);
      return true;
    } catch (RefusedException _) {
      return false;
    }
  }

  JsonNode delete(String path) throws IOException, InterruptedException {
    return json(open("DELETE", path, "application/json", BodyPublishers.noBody()));
  }

  JsonNode put(String path, JsonNode body) throws IOException, InterruptedException {
    return json(open("PUT", path, "application/json", BodyPublishers.ofString(body.toString())));
  }

  JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
    return json(open("POST", path, "application/json", BodyPublishers.ofString(body.toString())));
  }

  /**
   * Sends one request and hands out the body of a 2xx; the caller closes it.
   *
   * @throws GatewayUnreachableException nobody answers
   * @throws RefusedException any other answer
   */
  InputStream open(String method, String path, String contentType, BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(ANSWER_TIMEOUT)
            .header("Content-Type", contentType)
            .method(method, body);
    if (!token.text().isEmpty()) {
      request.header("Authorization", "Bearer " + token.text());
    }
    HttpResponse<InputStream> response = send(request.build());
    if (response.statusCode() / 100 != 2) {
      try (InputStream problem = response.body()) {
        int status = response.statusCode();
        throw new RefusedException(problem(status, problem.readNBytes(MAX_PROBLEM)), status);
      }
    }
    return response.body();
  }

  private HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new GatewayUnreachableException("no gateway answers at " + base, e);
    } catch (HttpTimeoutException e) {
      throw new GatewayUnreachableException(
          base + " gave no answer within " + ANSWER_TIMEOUT.toMinutes() + " minutes", e);
    } catch (SSLException e) {
      throw new GatewayUnreachableException(
          "TLS with "
              + base
              + " failed (an authority of your own is named by --cacert): "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new GatewayUnreachableException("the connection to " + base + " broke: " + e, e);
    }
  }

  private static JsonNode json(InputStream body) throws IOException {
    try (body) {
      byte[] octets = body.readAllBytes();
      return octets.length == 0 ? object() : JSON.readTree(octets);
    } catch (JacksonException e) {
      throw new RefusedException("the answer is not JSON: " + e.getOriginalMessage());
    }
  }

  /** The detail of an application/problem+json (RFC 9457), else what there is. */
  private String problem(int status, byte[] body) {
    String detail = "";
    try {
      JsonNode problem = JSON.readTree(body);
      detail = problem.path("detail").asString(problem.path("title").asString(""));
    } catch (JacksonException _) {
      detail = new String(body, StandardCharsets.UTF_8).lines().findFirst().orElse("");
    }
    String said = detail.isBlank() ? "the gateway answered " + status : detail;
    return status == 401 && !token.origin().isEmpty() ? said + " (" + token.origin() + ")" : said;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
