package org.holdfast.gateway.accept;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many octets all bodies kept in memory may take together; the second half is for those up to
 * {@link #SMALL} alone. Thread-safe.
 */
final class BodyMemory {

  /** Most mail is not larger, so larger mail never keeps it out. */
  static final int SMALL = 32 * 1024;

  private final long total;
  private final AtomicLong used = new AtomicLong();

  BodyMemory(long total) {
    this.total = total;
  }

  /**
   * Takes more octets for a body if there are as many left.
   *
   * @param whole octets of that body altogether, then
   */
  boolean take(long more, long whole) {
    if (used.addAndGet(more) <= (whole <= SMALL ? total : total / 2)) {
      return true;
    }
    used.addAndGet(-more);
    return false;
  }

  void giveBack(long octets) {
    used.addAndGet(-octets);
  }

  long used() {
    return used.get();
  }
}
