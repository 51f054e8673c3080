package org.holdfast.gateway.accept;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Octets of all bodies of one door that are on their way to files. When there are too many the
 * sockets they come from are not read until the disk has caught up, so that a slow disk fills no
 * memory. Thread-safe.
 */
final class WriteRoom {

  private final long total;
  private final AtomicLong used = new AtomicLong();
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  WriteRoom(long total) {
    this.total = total;
  }

  boolean full() {
    return used.get() > total;
  }

  long used() {
    return used.get();
  }

  void take(long octets) {
    used.addAndGet(octets);
  }

  void giveBack(long octets) {
    if (used.addAndGet(-octets) <= total) {
      wake();
    }
  }

  /** Runs it once, when the room is not full any more; from any thread, maybe at once. */
  void whenRoom(Runnable wake) {
    waiting.add(wake);
    if (!full()) {
      wake();
    }
  }

  private void wake() {
    @Nullable Runnable next = waiting.poll();
    while (next != null) {
      next.run();
      next = full() ? null : waiting.poll();
    }
  }
}
