package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code /v1/releases}. */
class ReleasesIT {

  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
  private static final Instant BEGAN = NOW.minusSeconds(10);

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private void ready(int count) {
    for (int i = 0; i < count; i++) {
      api.queue.add("q" + i, "", "alice@example.com", "imap5-6", DeliveryState.READY);
    }
  }

  private void status(
      DispatchStatus.Breaker breaker, long done, double rate, @Nullable Instant began) {
    DispatchStatus.NextHop hop =
        new DispatchStatus.NextHop(
            "imap5-6",
            "imap5",
            breaker,
            breaker == DispatchStatus.Breaker.OPEN ? NOW.plusSeconds(2) : null,
            "421 4.3.2 later",
            1,
            NOW.minusSeconds(30),
            20,
            0,
            false,
            done,
            rate,
            began,
            began == null ? null : NOW.minusSeconds(1),
            List.of(new DispatchStatus.Lane("alice@example.com", 7, true)));
    api.queue.status = new DispatchStatus(NOW, List.of(hop), 0, 0, false);
  }

  private JsonNode only() throws Exception {
    JsonNode items = api.get("/v1/releases").json().path("items");
    assertThat(items.size()).isEqualTo(1);
    return items.get(0);
  }

  @Test
  void release_underWay_hasDoneLeftRateAndEnd() throws Exception {
    ready(4);
    status(DispatchStatus.Breaker.CLOSED, 20, 2, BEGAN);
    JsonNode release = only();
    assertThat(release.path("pair").asString()).isEqualTo("imap5-6");
    assertThat(release.path("state").asString()).isEqualTo("releasing");
    assertThat(release.path("done").asInt()).isEqualTo(20);
    assertThat(release.path("left").asInt()).isEqualTo(4);
    assertThat(release.path("rate").asDouble()).isEqualTo(2);
    assertThat(release.path("began").asString()).isEqualTo(BEGAN.toString());
    assertThat(release.path("expectedEnd").asString()).isEqualTo(NOW.plusSeconds(2).toString());
    assertThat(release.path("ended").isNull()).isTrue();
    JsonNode user = release.path("users").get(0);
    assertThat(user.path("user").asString()).isEqualTo("alice@example.com");
    assertThat(user.path("done").asInt()).isEqualTo(7);
    assertThat(user.path("left").asInt()).isEqualTo(4);
    assertThat(user.path("inFlight").asBoolean()).isTrue();
  }

  @Test
  void release_nothingMoves_hasNoEnd() throws Exception {
    ready(4);
    status(DispatchStatus.Breaker.CLOSED, 0, 0, null);
    JsonNode release = only();
    assertThat(release.path("expectedEnd").isNull()).isTrue();
    assertThat(release.path("state").asString()).isEqualTo("silent");
    assertThat(release.path("unanswered").asString()).isEqualTo(NOW.minusSeconds(30).toString());
  }

  @Test
  void release_pairIsDown_saysSoAndWhenItIsTriedNext() throws Exception {
    ready(4);
    status(DispatchStatus.Breaker.OPEN, 20, 2, BEGAN);
    JsonNode release = only();
    assertThat(release.path("state").asString()).isEqualTo("down");
    assertThat(release.path("expectedEnd").isNull()).isTrue();
    assertThat(release.path("lastReply").asString()).isEqualTo("421 4.3.2 later");
    assertThat(release.path("nextProbe").asString()).isEqualTo(NOW.plusSeconds(2).toString());
  }

  @Test
  void release_justEnded_isShownAsEnded() throws Exception {
    status(DispatchStatus.Breaker.CLOSED, 20, 2, BEGAN);
    JsonNode release = only();
    assertThat(release.path("state").asString()).isEqualTo("ended");
    assertThat(release.path("done").asInt()).isEqualTo(20);
    assertThat(release.path("left").asInt()).isZero();
    assertThat(release.path("ended").asString()).isEqualTo(NOW.minusSeconds(1).toString());
  }

  @Test
  void releases_nothingHeldOrOnlyOnHold_areNone() throws Exception {
    api.queue.add("q", "", "alice@example.com", "imap5-6", DeliveryState.HELD);
    status(DispatchStatus.Breaker.CLOSED, 0, 0, null);
    assertThat(api.get("/v1/releases").json().path("items").size()).isZero();
  }

  @Test
  void release_thatTheDispatcherHasNotMet_isShownAlready() throws Exception {
    ready(4);
    JsonNode release = only();
    assertThat(release.path("done").asInt()).isZero();
    assertThat(release.path("left").asInt()).isEqualTo(4);
  }
}
