package org.holdfast.gateway.accept;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands until it is moved, as {@link System#nanoTime}. */
final class ManualTime implements LongSupplier {

  private final AtomicLong nanos = new AtomicLong(-5_000_000_000L); // may be negative in life too

  @Override
  public long getAsLong() {
    return nanos.get();
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
