package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an operator changes while mail is being released counts for what begins then. */
class LiveLimitsTest {

  private static final SplittableRandom RANDOM = new SplittableRandom(3);

  @Test
  void rate_changed_countsForTheNextDelivery() {
    DispatchLimits slow = limits(1, Duration.ofSeconds(15));
    Backoff probes = Backoff.between(slow.probeFirst(), slow.probeMax(), RANDOM);
    NextHopLine line = new NextHopLine("pair", "member", slow, probes);
    line.rate.take(0);
    assertThat(line.rate.admits(1)).isFalse();

    line.become(limits(0, Duration.ofSeconds(15)));
    assertThat(line.rate.admits(1)).isTrue();

    line.become(limits(2, Duration.ofSeconds(15)));
    line.rate.take(1);
    assertThat(line.rate.admits(2)).isFalse();
  }

  @Test
  void line_changed_keepsWhatItLearntOfItsMember() {
    DispatchLimits limits = limits(0, Duration.ofSeconds(15));
    NextHopLine line =
        new NextHopLine(
            "pair", "m", limits, Backoff.between(limits.probeFirst(), limits.probeMax(), RANDOM));
    Member before = line.member;

    line.become(limits(7, Duration.ofSeconds(15)));

    assertThat(line.member).isSameAs(before);
  }

  @Test
  void retry_changed_countsForTheNextWait() {
    Backoff retries = Backoff.between(Duration.ofSeconds(15), Duration.ofMinutes(10), RANDOM);
    assertThat(retries.after(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(7).toNanos());

    retries.become(Duration.ofMillis(10), Duration.ofMillis(20));

    assertThat(retries.after(9)).isBetween(1L, Duration.ofMillis(20).toNanos());
  }

  private static DispatchLimits limits(double rate, Duration first) {
    return DispatchLimits.defaults().with(20, rate, first, Duration.ofMinutes(10));
  }
}
