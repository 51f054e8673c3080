package org.holdfast.gateway.accept;

import java.util.concurrent.atomic.AtomicLong;

/** How many octets all bodies kept in memory may take together. Thread-safe. */
final class BodyMemory {

  private final long total;
  private final AtomicLong used = new AtomicLong();

  BodyMemory(long total) {
    this.total = total;
  }

  /** Takes the octets if there are as many left. */
  boolean take(long octets) {
    if (used.addAndGet(octets) <= total) {
      return true;
    }
    used.addAndGet(-octets);
    return false;
  }

  void giveBack(long octets) {
    used.addAndGet(-octets);
  }

  long used() {
    return used.get();
  }
}
