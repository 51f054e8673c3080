package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
final class Eventually {

  /** No test waits longer than this for something that should happen. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private Eventually() {}

  /** Returns when this is true. */
  static void eventually(BooleanSupplier condition) {
    eventually("in time", condition);
  }

  /**
   * The same.
   *
   * @param where for a person, when it does not come true
   */
  static void eventually(String where, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(where).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Returns when this is down. */
  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
