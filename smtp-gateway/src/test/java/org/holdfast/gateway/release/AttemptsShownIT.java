package org.holdfast.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the API tells of attempts, from the one at the door on, over a restart too. */
class AttemptsShownIT {

  private static final String ALICE = "alice@example.com";

  @TempDir Path folder;

  private static JsonNode only(ReleasingGateway gateway) throws Exception {
    JsonNode items = gateway.get("/v1/queue/messages").path("items");
    assertThat(items.size()).isEqualTo(1);
    return items.get(0);
  }

  /** {@code 1 refused p0/a 550 ...}. */
  private static List<String> history(ReleasingGateway gateway) throws Exception {
    String id = only(gateway).path("id").asString();
    List<String> lines = new ArrayList<>();
    for (JsonNode line : gateway.get("/v1/queue/messages/" + id).path("history")) {
      lines.add(
          line.path("number").isNull()
              ? line.path("by").asString() + " " + line.path("what").asString()
              : String.join(
                  " ",
                  line.path("number").toString(),
                  line.path("what").asString(),
                  line.path("pair").asString() + "/" + line.path("member").asString(),
                  line.path("reply").asString()));
    }
    return lines;
  }

  @Test
  void refusedAtTheDoor_thenRetried_everyAttemptIsThere() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ALICE)) {
      assertThat(folder.resolve("data/queue/quarantine")).isDirectory();
      gateway.backend.on(Point.RCPT, Act.reply("550 5.1.1 no such user"));
      gateway.send(1, ALICE);
      assertThat(only(gateway).path("state").asString()).isEqualTo("parked");
      assertThat(only(gateway).path("attempts").asInt()).isEqualTo(1);
      assertThat(history(gateway)).containsExactly("1 refused p0/a 550 5.1.1 no such user");

      gateway.post("/v1/queue/actions/retry", "{\"recipient\":\"" + ALICE + "\"}");
      await().until(() -> only(gateway).path("state").asString().equals("parked"));
      List<String> expected =
          List.of(
              "1 refused p0/a 550 5.1.1 no such user",
              "operator retried",
              "2 refused p0/a 550 5.1.1 no such user");
      assertThat(history(gateway)).isEqualTo(expected);
      assertThat(only(gateway).path("attempts").asInt()).isEqualTo(2);

      gateway.restart();
      assertThat(history(gateway)).isEqualTo(expected);
      assertThat(only(gateway).path("attempts").asInt()).isEqualTo(2);
    }
  }

  @Test
  void deferredAtTheDoor_saysAtOnceWhenItIsTriedAgain() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ALICE)) {
      gateway.backend.on(Point.RCPT, Act.reply("451 4.3.0 later"));
      Instant before = Instant.now();
      gateway.send(1, ALICE);
      JsonNode item = only(gateway);
      assertThat(item.path("state").asString()).isEqualTo("deferred");
      assertThat(Instant.parse(item.path("nextAttempt").asString()))
          .isBetween(before.plusSeconds(7), Instant.now().plusSeconds(16));
      assertThat(history(gateway)).containsExactly("1 deferred p0/a 451 4.3.0 later");
    }
  }
}
