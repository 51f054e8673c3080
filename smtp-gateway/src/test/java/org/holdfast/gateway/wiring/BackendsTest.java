package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.holdfast.gateway.admin.PairStatus;
import org.holdfast.gateway.deliver.MemberHealth;
import org.holdfast.gateway.deliver.MemberHealth.Standing;
import org.holdfast.routing.HostPort;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T03:00:00Z");
  private static final Instant BEGAN = NOW.minusSeconds(3600);
  private static final String TROUBLE = "451 4.4.1 connect failed";

  private static PairStatus.MemberHealth shown(Standing standing, @Nullable Instant unanswered) {
    int inUse = unanswered == null ? 0 : 4;
    return Backends.standing(
        new MemberHealth(
            new HostPort("127.0.0.1", 24),
            4,
            inUse,
            0,
            0,
            9,
            1500,
            standing,
            BEGAN,
            NOW,
            unanswered,
            BEGAN,
            BEGAN,
            TROUBLE));
  }

  @Test
  void member_thatRecovered_saysNothingOfItsOldTrouble() {
    assertThat(shown(Standing.UP, null))
        .isEqualTo(new PairStatus.MemberHealth("up", "", BEGAN, 0, 1.5));
  }

  @Test
  void member_thatIsDown_saysWhy() {
    assertThat(shown(Standing.DOWN, NOW.minusSeconds(60)))
        .isEqualTo(new PairStatus.MemberHealth("down", TROUBLE, BEGAN, 4, 1.5));
  }

  @Test
  void member_thatAnswersNothing_isSilentSinceThen() {
    Instant last = NOW.minus(PairStatus.SILENT).minusSeconds(31);
    assertThat(shown(Standing.UP, last))
        .isEqualTo(
            new PairStatus.MemberHealth(
                "silent", "nothing heard for 36 s, deliveries open: 4", last, 4, 1.5));
    assertThat(shown(Standing.UP, NOW.minus(PairStatus.SILENT)).word()).isEqualTo("up");
  }
}
