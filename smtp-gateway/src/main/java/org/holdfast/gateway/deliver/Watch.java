package org.holdfast.gateway.deliver;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One movable deadline on an event loop. Moving it later costs nothing: the timer that is set
 * already looks again when it fires. Confined to its event loop.
 */
final class Watch {

  static final long NEVER = Long.MAX_VALUE;

  private final EventLoop loop;
  private final Runnable expired;
  private long deadline = NEVER;
  private long fires = NEVER;
  private @Nullable Future<?> timer;

  Watch(EventLoop loop, Runnable expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Nanoseconds on the clock that deadlines are counted on. */
  long now() {
    return loop.ticker().nanoTime();
  }

  /** Sets the deadline, in nanoseconds of {@link #now}, or {@link #NEVER}. */
  void at(long newDeadline) {
    deadline = newDeadline;
    if (deadline < fires) {
      schedule();
    }
  }

  void stop() {
    deadline = NEVER;
    cancelTimer();
  }

  private void schedule() {
    cancelTimer();
    fires = deadline;
    timer = loop.schedule(this::look, Math.max(0, deadline - now()), TimeUnit.NANOSECONDS);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    fires = NEVER;
  }

  private void look() {
    timer = null;
    fires = NEVER;
    if (deadline == NEVER) {
      return;
    }
    if (now() >= deadline) {
      deadline = NEVER;
      expired.run();
    } else {
      schedule();
    }
  }
}
