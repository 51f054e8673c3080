package org.holdfast.gateway.deliver;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One event loop whose clock goes like any other and can be put forward. */
final class LeapingLoop extends SingleThreadIoEventLoop {

  private static final AtomicLong NUMBER = new AtomicLong();

  /** Nanoseconds; written by whoever leaps, one at a time. */
  private volatile long ahead;

  private final Ticker ticker = new Leaping();

  LeapingLoop(IoHandlerFactory io) {
    super(null, new DefaultThreadFactory("leaping-" + NUMBER.incrementAndGet(), true), io);
  }

  /** What was to happen within this time happens now. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one test, one thread
  void leap(Duration time) {
    ahead += time.toNanos();
    execute(() -> {}); // it looks at its clock when it wakes
  }

  @Override
  public Ticker ticker() {
    Ticker made = ticker; // null while the superclass is made
    return made == null ? Ticker.systemTicker() : made;
  }

  private final class Leaping implements Ticker {

    @Override
    public long initialNanoTime() {
      return Ticker.systemTicker().initialNanoTime();
    }

    @Override
    public long nanoTime() {
      return Ticker.systemTicker().nanoTime() + ahead;
    }

    @Override
    public void sleep(long delay, TimeUnit unit) throws InterruptedException {
      Ticker.systemTicker().sleep(delay, unit);
    }
  }
}
