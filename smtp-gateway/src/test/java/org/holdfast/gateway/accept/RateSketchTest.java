package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateSketchTest {

  private static final InetAddress BUSY = InetAddress.ofLiteral("192.0.2.1");

  private final ManualTime time = new ManualTime();

  @Test
  void limit_isReachedAtTheLimit_notBefore() {
    RateSketch rate = new RateSketch(3, time);
    assertThat(rate.take(BUSY)).isTrue();
    assertThat(rate.take(BUSY)).isTrue();
    assertThat(rate.take(BUSY)).isTrue();
    assertThat(rate.take(BUSY)).isFalse();
  }

  @Test
  void zero_isNoLimit() {
    RateSketch rate = new RateSketch(0, time);
    for (int i = 0; i < 100_000; i++) {
      assertThat(rate.take(BUSY)).isTrue();
    }
  }

  @Test
  void minute_slides_soNobodyGetsTwiceTheRateAtItsTurn() {
    RateSketch rate = new RateSketch(60, time);
    time.pass(Duration.ofSeconds(59));
    assertThat(taken(rate, 100)).isEqualTo(60);
    time.pass(Duration.ofSeconds(2));
    assertThat(taken(rate, 100)).isLessThanOrEqualTo(1);
    time.pass(Duration.ofSeconds(30));
    assertThat(taken(rate, 100)).isBetween(29, 31);
  }

  @Test
  void refused_areNotCounted_soTryingOftenCostsNothing() {
    RateSketch rate = new RateSketch(10, time);
    int all = 0;
    for (int second = 0; second < 600; second++) {
      all += taken(rate, 50);
      time.pass(Duration.ofSeconds(1));
    }
    assertThat(all).isBetween(90, 110);
  }

  @Test
  void busyClient_isNeverForgotten_howeverManyOthersCome() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RateSketch rate = new RateSketch(100, time);
    assertThat(taken(rate, 200)).isEqualTo(100);
    byte[] other = new byte[4];
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      random.nextBytes(other);
      other[0] = 10;
      refused += rate.take(address(other)) ? 0 : 1;
    }
    assertThat(rate.take(BUSY)).as("seed %d", seed).isFalse();
    assertThat(refused).as("seed %d", seed).isZero();
  }

  private static int taken(RateSketch rate, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += rate.take(BUSY) ? 1 : 0;
    }
    return taken;
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
