package org.holdfast.holdqueue.dispatch;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events for the dispatcher's thread, in the order of posting. Posting is thread-safe and never
 * waits; taking is for the one thread.
 *
 * <p>Two kinds. Those that answer something begun here, {@link #post}: there are never more of them
 * than things under way. Those from outside, {@link #tell}: when too many wait they are thrown away
 * and {@link Dispatcher#everythingChanged} stands for all of them, which is slower and loses
 * nothing.
 */
final class Mailbox {

  /** Most events waiting before those from outside are thrown away. */
  static final int MOST = 100_000;

  private final Queue<Consumer<Dispatcher>> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicBoolean overflowed = new AtomicBoolean();
  private volatile @Nullable Thread parked;

  void post(Consumer<Dispatcher> event) {
    size.incrementAndGet();
    events.add(event);
    wake();
  }

  void tell(Consumer<Dispatcher> event) {
    if (size.get() < MOST) {
      post(event);
    } else if (overflowed.compareAndSet(false, true)) {
      // Cleared when this is taken: whatever is thrown away before then is older than its effect.
      post(this::makeUp);
    }
  }

  private void makeUp(Dispatcher dispatcher) {
    overflowed.set(false);
    dispatcher.everythingChanged();
  }

  /** The next event; null: none now. */
  @Nullable Consumer<Dispatcher> poll() {
    Consumer<Dispatcher> event = events.poll();
    if (event != null) {
      size.decrementAndGet();
    }
    return event;
  }

  /** Waits for an event, at most this long; may return early. */
  void await(long nanos) {
    parked = Thread.currentThread();
    if (events.isEmpty() && nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
    parked = null;
  }

  private void wake() {
    Thread waiting = parked;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }
}
