package org.holdfast.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an operator does and sees while a whole gateway releases what it held. */
class ReleaseIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ANN = "ann@example.com";
  private static final String BOB = "bob@example.com";
  private static final String EVA = "eva@example.com";
  private static final String HOLD = "{\"state\":\"hold\",\"reason\":\"test\"}";
  private static final String GO = "{\"state\":\"active\"}";

  @TempDir Path folder;

  @Test
  void slowPair_theOneWithPriority_goesFirstThoughItCameLast() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 5, ANN, BOB, EVA)) {
      gateway.put("/v1/pairs/p0/state", HOLD);
      gateway.send(4, ANN);
      gateway.send(4, BOB);
      gateway.send(3, EVA);
      gateway.put("/v1/users/" + EVA + "/priority", "{\"priority\":10}");
      gateway.put("/v1/pairs/p0/state", GO);
      await().atMost(PATIENCE).until(() -> gateway.delivered().size() == 11);
      // One transaction at a time for a user: while its last one is written another may go, and
      // one may have gone before the lanes of all were read.
      assertThat(Collections.frequency(gateway.delivered().subList(0, 6), EVA)).isEqualTo(3);
      assertThat(gateway.delivered().subList(0, 2)).contains(EVA);
    }
  }

  @Test
  void slowPair_theOneRaisedWhileItWaits_isNext() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 1, ANN, BOB, EVA)) {
      gateway.put("/v1/pairs/p0/state", HOLD);
      gateway.send(60, ANN);
      gateway.send(60, BOB);
      gateway.state(EVA, "moving");
      gateway.send(1, EVA);
      gateway.put("/v1/pairs/p0/state", GO);
      await().atMost(PATIENCE).until(() -> !gateway.delivered().isEmpty());
      gateway.put("/v1/users/" + EVA + "/priority", "{\"priority\":1}");
      gateway.state(EVA, "active");
      int before = gateway.delivered().size();
      await().atMost(PATIENCE).until(() -> gateway.delivered().contains(EVA));
      assertThat(gateway.delivered().indexOf(EVA)).isLessThanOrEqualTo(before + 1);
    }
  }

  @Test
  void priority_restarted_isStillThere_andAFlipKeepsIt() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ANN)) {
      gateway.put("/v1/users/" + ANN + "/priority", "{\"priority\":-42}");
      gateway.state(ANN, "moving");
      gateway.restart();
      gateway.state(ANN, "active");
      assertThat(gateway.get("/v1/users/" + ANN).path("priority").asInt()).isEqualTo(-42);
    }
  }

  @Test
  void release_doneAndLeft_meetAtItsEnd_alsoWhenNobodyAskedBefore() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ANN, BOB)) {
      gateway.put("/v1/pairs/p0/state", HOLD);
      gateway.send(25, ANN);
      gateway.send(25, BOB);
      gateway.put("/v1/pairs/p0/state", GO);
      await().atMost(PATIENCE).until(() -> gateway.delivered().size() == 50);
      JsonNode[] seen = {gateway.release()};
      await()
          .atMost(PATIENCE)
          .until(() -> {
            seen[0] = gateway.release();
            return seen[0].path("left").asInt(-1) == 0;
          });
      assertThat(seen[0].path("state").asString()).isEqualTo("ended");
      assertThat(seen[0].path("done").asInt()).isEqualTo(50);
      assertThat(seen[0].path("began").isNull()).isFalse();
      assertThat(seen[0].path("ended").isNull()).isFalse();
    }
  }

  @Test
  void release_slow_countsDownWithRateAndEndAndUsers() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 10, ANN, BOB)) {
      gateway.put("/v1/pairs/p0/state", HOLD);
      gateway.send(15, ANN);
      gateway.send(15, BOB);
      gateway.put("/v1/pairs/p0/state", GO);
      await().atMost(PATIENCE).until(() -> gateway.release().path("done").asInt() > 8);
      JsonNode release = gateway.release();
      assertThat(release.path("state").asString()).isIn("releasing", "ended");
      // What is delivered and not yet out of the totals stands in both.
      int all = release.path("done").asInt() + release.path("left").asInt();
      assertThat(all).isBetween(30, 32);
      assertThat(release.path("rate").asDouble()).isPositive();
      await().atMost(PATIENCE).until(() -> gateway.release().path("left").asInt(-1) == 0);
      assertThat(gateway.release().path("done").asInt()).isEqualTo(30);
    }
  }

  @Test
  void release_backendIsDead_saysSoAndNoEnd() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ANN)) {
      gateway.put("/v1/pairs/p0/state", HOLD);
      gateway.send(5, ANN);
      gateway.backend.die();
      gateway.put("/v1/pairs/p0/state", GO);
      await()
          .atMost(PATIENCE)
          .until(() -> gateway.release().path("state").asString("").equals("down"));
      JsonNode release = gateway.release();
      assertThat(release.path("left").asInt()).isEqualTo(5);
      assertThat(release.path("expectedEnd").isNull()).isTrue();
      assertThat(release.path("lastReply").asString()).isNotEmpty();
      gateway.backend.revive();
      await().atMost(PATIENCE).until(() -> gateway.release().path("done").asInt() == 5);
    }
  }

  @Test
  void redirect_toAUserWhoIsMoving_waitsThereAndGoesWithItsMail() throws Exception {
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ANN, BOB)) {
      gateway.state(ANN, "moving");
      gateway.state(BOB, "moving");
      gateway.send(3, ANN);
      gateway.send(2, BOB);
      String redirect = "{\"filter\":{\"recipient\":\"" + ANN + "\"},\"to\":\"" + BOB + "\"";
      JsonNode would = gateway.post("/v1/queue/actions/redirect", redirect + ",\"dryRun\":true}");
      JsonNode did = gateway.post("/v1/queue/actions/redirect", redirect + "}");
      assertThat(did.path("affected").asInt()).isEqualTo(would.path("affected").asInt());
      assertThat(gateway.get("/v1/users/" + BOB).path("held").asInt()).isEqualTo(5);
      gateway.restart();
      await()
          .atMost(PATIENCE)
          .until(() -> gateway.get("/v1/users/" + BOB).path("held").asInt() == 5);
      gateway.state(ANN, "active");
      gateway.state(BOB, "active");
      await().atMost(PATIENCE).until(() -> gateway.delivered().size() == 5);
      assertThat(gateway.delivered()).containsOnly(BOB);
      assertThat(gateway.backend.received())
          .extracting(message -> subject(message.content()))
          .containsExactly("0", "1", "0", "1", "2");
    }
  }

  private static String subject(String content) {
    return content
        .lines()
        .filter(line -> line.startsWith("Subject: "))
        .findFirst()
        .orElseThrow()
        .substring("Subject: ".length());
  }
}
