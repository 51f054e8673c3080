package org.holdfast.gateway.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Time that passes when somebody waits, and does then what was planned; when nothing is planned any
 * more, whoever waits is interrupted.
 */
final class TestPace implements Pace {

  private final Deque<Runnable> planned = new ArrayDeque<>();
  private Instant now = Instant.parse("2026-11-22T10:00:00Z");

  TestPace then(Runnable next) {
    planned.add(next);
    return this;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long nanos() {
    return Duration.between(Instant.EPOCH, now).toNanos();
  }

  @Override
  public void pause(Duration time) throws InterruptedException {
    pass(time);
    Runnable next = planned.poll();
    if (next == null) {
      throw new InterruptedException("nothing is planned any more");
    }
    next.run();
  }
}
