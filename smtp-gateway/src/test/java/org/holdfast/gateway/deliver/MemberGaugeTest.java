package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.holdfast.gateway.deliver.MemberHealth.Standing;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.routing.HostPort;
import org.junit.jupiter.api.Test;

class MemberGaugeTest {

  private static final Instant START = Instant.parse("2026-11-22T03:00:00Z");
  private static final Reply GONE = new Reply(451, "4.4.1", "connect failed");

  private Instant now = START;
  private final InstantSource clock = () -> now;
  private final MemberGauge gauge = new MemberGauge(new HostPort("127.0.0.1", 24), clock);

  private void pass(int seconds) {
    now = now.plusSeconds(seconds);
  }

  private void inUse(int connections) {
    gauge.pool(connections, connections, 0, 0);
  }

  @Test
  void standing_ofAMemberThatWasNeverAsked_isUnknown() {
    assertThat(gauge.snapshot().standing()).isEqualTo(Standing.UNKNOWN);
    assertThat(gauge.snapshot().since()).isNull();
    assertThat(gauge.snapshot().silence()).isZero();
  }

  @Test
  void since_isWhenItBeganToStandSo_notWhenItAnsweredLast() {
    gauge.success();
    pass(10);
    gauge.success();
    assertThat(gauge.snapshot().standing()).isEqualTo(Standing.UP);
    assertThat(gauge.snapshot().since()).isEqualTo(START);
    pass(10);
    gauge.error(GONE);
    pass(10);
    gauge.error(GONE);
    assertThat(gauge.snapshot().standing()).isEqualTo(Standing.DOWN);
    assertThat(gauge.snapshot().since()).isEqualTo(START.plusSeconds(20));
  }

  @Test
  void standing_ofAMemberThatRefusesAMailbox_isUp() {
    gauge.error(GONE);
    pass(5);
    gauge.answered();
    assertThat(gauge.snapshot().standing()).isEqualTo(Standing.UP);
    assertThat(gauge.snapshot().since()).isEqualTo(START.plusSeconds(5));
    assertThat(gauge.snapshot().lastSuccess()).isNull();
  }

  @Test
  void silence_beginsWithTheFirstOpenTransaction_andAnyEndBreaksIt() {
    pass(100);
    inUse(1);
    pass(3);
    inUse(2);
    assertThat(gauge.snapshot().silence()).isEqualTo(Duration.ofSeconds(3));
    pass(4);
    gauge.ended();
    inUse(1);
    assertThat(gauge.snapshot().silence()).isZero();
    pass(2);
    assertThat(gauge.snapshot().silence()).isEqualTo(Duration.ofSeconds(2));
    inUse(0);
    assertThat(gauge.snapshot().silence()).isZero();
  }

  @Test
  void silence_ofAMemberThatOwesItsGreeting_counts() {
    gauge.pool(0, 0, 1, 3);
    pass(6);
    assertThat(gauge.snapshot().silence()).isEqualTo(Duration.ofSeconds(6));
    assertThat(gauge.snapshot().deliveries()).isEqualTo(3);
  }
}
