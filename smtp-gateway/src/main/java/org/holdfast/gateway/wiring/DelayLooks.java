package org.holdfast.gateway.wiring;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks again and again for mail that has been waiting for long, on a thread of its own. */
final class DelayLooks implements AutoCloseable {

  /** Longest time between looks: a notice comes at most so much too late. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Looks in the time after which a sender is told. */
  private static final int LOOKS = 4;

  private final Runnable look;
  private final Duration every;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("delay-notices").daemon().factory());

  DelayLooks(Runnable look, Duration after) {
    this.look = look;
    Duration part = after.dividedBy(LOOKS).plusMillis(1);
    this.every = part.compareTo(LONGEST) < 0 ? part : LONGEST;
  }

  DelayLooks start() {
    var _ =
        thread.scheduleWithFixedDelay(
            look, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    return this;
  }

  /**
   * No look begins any more; one under way ends first, so that the queue is not closed under it.
   */
  @Override
  public void close() {
    thread.close();
  }
}
