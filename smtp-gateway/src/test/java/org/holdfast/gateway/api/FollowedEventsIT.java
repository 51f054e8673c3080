package org.holdfast.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events go on over a restart, for who asks and for who follows. */
class FollowedEventsIT {

  @Test
  void events_overARestart_areNeitherLostNorTwice(@TempDir Path folder) throws Exception {
    String map = "users:\n  - { address: alice@example.com, pair: p0 }\n";
    try (OperatedGateway gateway = new OperatedGateway(folder, map)) {
      gateway.put("/v1/users/alice@example.com/state", "{\"state\":\"moving\",\"reason\":\"r\"}");
      long seen = gateway.get("/v1/events").path("next").asLong();
      gateway.put("/v1/users/alice@example.com/state", "{\"state\":\"active\"}");
      gateway.restart();
      List<String> followed = gateway.follow("/v1/events", "Last-Event-ID", seen + "", 3);
      assertThat(followed)
          .satisfiesExactly(
              e -> assertThat(e).contains("\"user.state\"", "\"state\":\"moving\""),
              e -> assertThat(e).contains("\"gateway.stopped\""),
              e -> assertThat(e).contains("\"gateway.started\"", "in order"));
      JsonNode page = gateway.get("/v1/events?target=alice@example.com&after=0");
      assertThat(page.path("items").findValuesAsString("what"))
          .containsExactly("user.state", "user.state");
      JsonNode flip = page.path("items").path(0);
      assertThat(flip.path("before").path("state").asString()).isEqualTo("active");
      assertThat(flip.path("after").path("state").asString()).isEqualTo("moving");
      assertThat(flip.path("why").asString()).isEqualTo("r");
      assertThat(flip.path("from").asString()).isEqualTo("127.0.0.1");
    }
  }
}
