package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Postfix tells by XFORWARD where its mail came from, and the gateway's log, in JSON, says
 * so: every line of it is one object.
 */
class LoggedThroughPostfixIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ALICE = "alice@example.com";
  private static final String MAP =
      """
      pairs:
        - { name: p1, members: { m1: { lmtp: "127.0.0.1:9" } }, active: m1 }
      users:
        - { address: alice@example.com, pair: p1, state: moving }
      """;

  private final JsonMapper json = JsonMapper.builder().build();

  @BeforeAll
  static void peers() {
    Peers.postfixNeeded();
  }

  @Test
  void mailThroughPostfix_isLoggedWithItsFirstClient() throws Exception {
    try (GatewayProcess gateway = new GatewayProcess(MAP)) {
      gateway.add("log: { format: json }");
      gateway.start();
      try (PostfixMx mx = new PostfixMx("example.com", "smtp:[127.0.0.1]:" + gateway.smtpPort)) {
        Mail.send(mx, ALICE, 1, 1);
        await().atMost(PATIENCE).until(() -> mx.taken(ALICE) == 1);
        String id = mx.idsTaken(ALICE).getFirst();

        JsonNode accepted = line(gateway, "message");
        assertThat(accepted.get("id").stringValue()).isEqualTo(id);
        assertThat(accepted.get("helo").stringValue()).isEqualTo("mx1.test");
        assertThat(accepted.get("proto").stringValue()).isEqualTo("ESMTP");
        assertThat(accepted.get("orig_queue_id").stringValue()).matches("[0-9A-Za-z]{6,}");
        assertThat(accepted.get("orig_client").stringValue()).endsWith("[127.0.0.1]");
        assertThat(accepted.get("orig_helo").stringValue()).isEqualTo("sender.test");
        assertThat(accepted.get("from").stringValue()).isEqualTo("sender@sender.test");
        assertThat(accepted.get("to").get(0).stringValue()).isEqualTo(ALICE);
        assertThat(accepted.get("status").stringValue()).isEqualTo("accepted");
        assertThat(accepted.get("size").intValue()).isPositive();

        JsonNode held = line(gateway, "delivery");
        assertThat(held.get("id").stringValue()).isEqualTo(id);
        assertThat(held.get("status").stringValue()).isEqualTo("held");
      }
    }
  }

  private JsonNode line(GatewayProcess gateway, String message) throws IOException {
    await().atMost(PATIENCE).until(() -> !lines(gateway, message).isEmpty());
    return lines(gateway, message).getFirst();
  }

  /** The JVM's own words apart, all lines are read: one that is no JSON fails the test. */
  private List<JsonNode> lines(GatewayProcess gateway, String message) throws IOException {
    return gateway
        .log()
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(json::readTree)
        .filter(line -> line.path("message").asString("").equals(message))
        .toList();
  }
}
