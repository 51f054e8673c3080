package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The real jar when the system refuses a write of its log. Here the process may not make files
 * larger than so much ({@code ulimit -f}), which needs no root and fails like a disk does: an error
 * of write(2) that no free space foretells. What a full and a broken disk do is in
 * docs/durability.md.
 */
class RealDiskErrorIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  /** Octets that a file may have: the first segment's preallocation fits, little more. */
  private static final int LIMIT = 5 << 20;

  private static final int SIZE = 128 << 10;
  private static final String HELD = "held0@example.com";
  private static final String FLOWS = "flows0@example.com";

  @Test
  void write_refusedByTheSystem_no250UntilTheRestartAndAllThatGotOneArrives() throws Exception {
    try (HashingBackend backend = new HashingBackend();
        GatewayProcess gateway =
            new GatewayProcess(map(backend), GatewayProcess.ROOMY, "-Xmx256m");
        GatewayApi api = new GatewayApi(gateway)) {
      gateway.limitFiles(LIMIT);
      gateway.start();
      List<Integer> accepted;
      try (LargeSender sender = new LargeSender(gateway.smtpPort)) {
        accepted = sendUntilRefused(sender);
        assertThat(accepted).isNotEmpty();
        assertThat(sender.data(new LargeLetter(900, SIZE), HELD)).startsWith("451 4.3.0");
        assertThat(sender.data(new LargeLetter(901, 1), HELD)).startsWith("451 4.3.0");
        assertThat(sender.data(new LargeLetter(902, 1), FLOWS))
            .as("what needs no store flows")
            .startsWith("250");
      }
      assertThat(ready(gateway)).startsWith("503 ").contains("the log failed: File too large");
      assertThat(backend.arrivals()).hasSize(1);

      gateway.limitFiles(0);
      gateway.kill9();
      gateway.start();
      assertThat(ready(gateway)).startsWith("200 ");
      try (LargeSender sender = new LargeSender(gateway.smtpPort)) {
        assertThat(sender.data(new LargeLetter(903, SIZE), HELD)).startsWith("250");
      }
      api.setState(HELD, "{\"state\":\"active\"}");
      await("all is released").atMost(SOON).until(() -> api.held() == 0);
      assertThat(backend.arrivals())
          .hasSizeGreaterThanOrEqualTo(1 + accepted.size() + 1)
          .allMatch(HashingBackend.Arrival::whole);
      assertThat(backend.arrivals().stream().map(HashingBackend.Arrival::number).toList())
          .containsSubsequence(accepted)
          .endsWith(903);
    }
  }

  private static List<Integer> sendUntilRefused(LargeSender sender) throws IOException {
    List<Integer> accepted = new ArrayList<>();
    for (int number = 1; number <= 2 * LIMIT / SIZE; number++) {
      String answer = sender.data(new LargeLetter(number, SIZE), HELD);
      if (!answer.startsWith("250")) {
        assertThat(answer).startsWith("451 4.3.0");
        return accepted;
      }
      accepted.add(number);
    }
    throw new AssertionError("nothing was refused");
  }

  /** Status and body of {@code /readyz}. */
  private static String ready(GatewayProcess gateway) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + gateway.adminPort + "/readyz");
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    }
  }

  private static String map(HashingBackend backend) {
    return """
    pairs:
      - { name: imap5-6, members: { imap5: { lmtp: "127.0.0.1:%d" } }, active: imap5 }
    users:
      - { address: held0@example.com, pair: imap5-6, state: moving }
      - { address: flows0@example.com, pair: imap5-6 }
    """
        .formatted(backend.port());
  }
}
