package org.holdfast.gateway.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser in a stranger's hands can do: nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserGuardIT {

  private static final String FLIP = "{\"state\":\"moving\"}";
  private static final String PATH = "/v1/users/alice@example.com/state";

  private Api api;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    api = new Api(data, "gate.example.com");
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private int status(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.shutdownOutput();
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      return Integer.parseInt(answer.substring(9, 12));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8025, 200",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "[::1]:8025, 200",
    "192.0.2.7, 200",
    "gate.example.com:443, 200",
    "GATE.example.com, 200",
    "evil.example, 421",
    "evil.example:8025, 421",
    "127.0.0.1.evil.example, 421",
    "localhost.evil.example, 421",
  })
  void host_thatIsNotOurs_isRefused(String host, int status) throws Exception {
    assertThat(status("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).isEqualTo(status);
  }

  /**
   * A backend's callback, a load balancer's probe and a collector know us by names of their own.
   */
  @ParameterizedTest
  @ValueSource(strings = {"/healthz", "/readyz", "/metrics", "/v1/users/alice@example.com"})
  void host_ofAProbeOrOfWhoHasAToken_isNotAskedFor(String path) throws Exception {
    String token = path.startsWith("/v1") ? "Authorization: Bearer " + api.operator + "\r\n" : "";
    assertThat(status("GET " + path + " HTTP/1.1\r\nHost: gw1.internal:8025\r\n" + token + "\r\n"))
        .isEqualTo(200);
  }

  @Test
  void host_ofACallWithoutAToken_isStillLookedAt() throws Exception {
    assertThat(status("GET /v1/queue HTTP/1.1\r\nHost: evil.example\r\n\r\n")).isEqualTo(421);
  }

  @Test
  void host_thatIsNotSaid_isFine() throws Exception {
    assertThat(status("GET / HTTP/1.0\r\n\r\n")).isEqualTo(200);
  }

  private int put(String headers) throws IOException {
    return status(
        "PUT "
            + PATH
            + "?dry-run=x HTTP/1.1\r\nHost: localhost:8025\r\nAuthorization: Bearer "
            + api.operator
            + "\r\n"
            + headers
            + "Content-Length: "
            + FLIP.length()
            + "\r\n\r\n"
            + FLIP);
  }

  /** 400: it got through to the flip, which does not know such a dry run. */
  @ParameterizedTest
  @CsvSource({
    "'', 400",
    "'Origin: http://localhost:8025', 400",
    "'Origin: http://LOCALHOST:8025', 400",
    "'Origin: https://gate.example.com', 400",
    "'Origin: https://gate.example.com:8443', 400",
    "'Origin: http://localhost:9999', 403",
    "'Origin: https://evil.example', 403",
    "'Origin: https://gate.example.com.evil.example', 403",
    "'Origin: null', 403",
    "'Origin: :', 403",
    "'Sec-Fetch-Site: cross-site', 403",
    "'Sec-Fetch-Site: same-origin', 400",
    "'Sec-Fetch-Site: none', 400",
  })
  void change_askedForByAPageOfAnotherSite_isRefused(String header, int status) throws Exception {
    assertThat(put(header.isEmpty() ? "" : header + "\r\n")).isEqualTo(status);
  }

  /** Whatever a browser sends by itself, it never sends a token. */
  @ParameterizedTest
  @ValueSource(strings = {"Cookie: token=x", "Cookie: Authorization=Bearer x", "X-Token: x"})
  void change_withoutAuthorization_doesNothing(String header) throws Exception {
    String request =
        "PUT "
            + PATH
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + header
            + "\r\nContent-Length: 18\r\n\r\n";
    assertThat(status(request + FLIP)).isEqualTo(401);
    assertThat(api.routing.user("alice@example.com").orElseThrow().state())
        .isEqualTo(UserState.ACTIVE);
    assertThat(api.audit.last()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/page.js", "/healthz", "/v1/queue", "/none", "/v1/none", "/openapi.json"})
  void answers_ofEveryKind_cannotBeFramedOrSniffed(String path) throws Exception {
    var reply = api.get(path);
    assertThat(reply.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(reply.header("Content-Security-Policy"))
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(reply.header("Set-Cookie")).isEmpty();
    assertThat(reply.header("Access-Control-Allow-Origin")).isEmpty();
    assertThat(reply.header("Strict-Transport-Security")).isEmpty();
  }
}
