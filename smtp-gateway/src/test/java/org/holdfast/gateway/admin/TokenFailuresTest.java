package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.gateway.admin.TokenFailures.Wait;
import org.junit.jupiter.api.Test;

class TokenFailuresTest {

  private final Counter counted = new Counter();
  private Instant now = Instant.parse("2026-11-22T12:00:00Z");
  private final TokenFailures failures = new TokenFailures(() -> now, counted);

  private Duration fail(String client) {
    try (Wait wait = failures.failed(client, "GET /v1/queue").orElseThrow()) {
      return wait.length();
    }
  }

  @Test
  void waits_ofOneClient_doubleUpToTheLongest() {
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < TokenFailures.FREE + 20; i++) {
      waits.add(fail("192.0.2.1"));
    }
    assertThat(waits.subList(0, TokenFailures.FREE)).containsOnly(Duration.ZERO);
    assertThat(waits.subList(TokenFailures.FREE, TokenFailures.FREE + 4))
        .containsExactly(
            TokenFailures.FIRST_WAIT,
            TokenFailures.FIRST_WAIT.multipliedBy(2),
            TokenFailures.FIRST_WAIT.multipliedBy(4),
            TokenFailures.FIRST_WAIT.multipliedBy(8));
    assertThat(waits.getLast()).isEqualTo(TokenFailures.LONGEST_WAIT);
    assertThat(counted.getCount()).isEqualTo(waits.size());
  }

  @Test
  void client_elsewhere_isNotSlowed() {
    for (int i = 0; i < 50; i++) {
      fail("192.0.2.1");
      fail("2001:db8:0:1::" + i);
    }
    assertThat(fail("192.0.2.2")).isZero();
    assertThat(fail("2001:db8:0:2::1")).isZero();
  }

  @Test
  void ipv6_ofOneNetwork_isOneClient() {
    for (int i = 0; i < TokenFailures.FREE; i++) {
      assertThat(fail("2001:db8::" + i)).isZero();
    }
    assertThat(fail("2001:db8::ffff")).isEqualTo(TokenFailures.FIRST_WAIT);
  }

  @Test
  void client_thatWaitedLong_isForgiven() {
    for (int i = 0; i < 10; i++) {
      fail("192.0.2.1");
    }
    now = now.plus(TokenFailures.FORGIVEN).plusSeconds(1);
    assertThat(fail("192.0.2.1")).isZero();
  }

  @Test
  void answers_thatWait_areBoundedForEachAndForAll() {
    List<Wait> waiting = new ArrayList<>();
    for (int i = 0; i < TokenFailures.MOST_WAITING_OF_ONE; i++) {
      waiting.add(failures.failed("192.0.2.1", "").orElseThrow());
    }
    assertThat(failures.failed("192.0.2.1", "")).isEmpty();
    int more = TokenFailures.MOST_WAITING - TokenFailures.MOST_WAITING_OF_ONE;
    for (int i = 0; i < more; i++) {
      waiting.add(failures.failed("10.0." + i / 250 + "." + i % 250, "").orElseThrow());
    }
    assertThat(failures.failed("203.0.113.1", "")).isEmpty();
    waiting.forEach(Wait::close);
    Optional<Wait> again = failures.failed("203.0.113.1", "");
    assertThat(again).isPresent();
    again.get().close();
  }
}
