package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ReleaseMeterTest {

  private static final long SECOND = 1_000_000_000L;

  private final ReleaseMeter meter = new ReleaseMeter();
  private long now = 7 * SECOND + 13;

  /** So many, evenly, within these seconds; then it is {@code now}. */
  private void deliver(int count, int seconds) {
    for (int i = 0; i < count; i++) {
      meter.idle(false, now);
      meter.delivered(now);
      now += seconds * SECOND / count;
    }
  }

  private void rest(int seconds) {
    for (int i = 0; i < seconds; i++) {
      meter.idle(true, now);
      now += SECOND;
    }
  }

  private void waitFor(int seconds) {
    meter.idle(false, now);
    now += seconds * SECOND;
  }

  @Test
  void nothingDelivered_isNoRelease() {
    assertThat(meter.began(now)).isEqualTo(-1);
    assertThat(meter.done(now)).isZero();
    assertThat(meter.rate(now)).isZero();
  }

  @Test
  void rate_ofAnEvenRelease_isThatFromTheFirstSecondOn() {
    deliver(100, 1);
    assertThat(meter.rate(now)).isCloseTo(100, within(1.0));
    deliver(3_000, 30);
    assertThat(meter.rate(now)).isCloseTo(100, within(1.0));
    deliver(200, 20);
    assertThat(meter.rate(now)).isCloseTo(10, within(1.0));
  }

  @Test
  void rate_ofAVerySlowRelease_isNotZeroBetweenTwoDeliveries() {
    deliver(20, 40);
    for (int i = 0; i < 20; i++) {
      assertThat(meter.rate(now + i * SECOND / 10)).isCloseTo(0.5, within(0.15));
    }
  }

  @Test
  void rate_whenNothingMoves_fallsToZero() {
    deliver(1_000, 5);
    waitFor(11);
    assertThat(meter.rate(now)).isZero();
    assertThat(meter.done(now)).isEqualTo(1_000);
  }

  @Test
  void release_outageWithMailWaiting_goesOnAfterwards() {
    deliver(10, 1);
    long began = meter.began(now);
    waitFor(600);
    deliver(5, 1);
    assertThat(meter.done(now)).isEqualTo(15);
    assertThat(meter.began(now)).isEqualTo(began);
  }

  @Test
  void release_nothingWaitingForAMinute_isOverAndTheNextBeginsAtZero() {
    deliver(10, 1);
    rest(50);
    assertThat(meter.done(now)).isEqualTo(10);
    rest(20);
    assertThat(meter.began(now)).isEqualTo(-1);
    assertThat(meter.done(now)).isZero();
    long next = now;
    deliver(3, 1);
    assertThat(meter.done(now)).isEqualTo(3);
    assertThat(meter.began(now)).isEqualTo(next);
  }

  @Test
  void release_idleForAMomentBetweenTwoDeliveries_isNotOverInAnOutage() {
    deliver(10, 1);
    meter.idle(true, now);
    meter.idle(true, now + SECOND / 100);
    waitFor(600);
    assertThat(meter.done(now)).isEqualTo(10);
  }
}
