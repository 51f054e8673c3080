package org.holdfast.holdqueue.index;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * What the tables do not know yet of the first deliveries of each lane: which have left, and which
 * are new. Thread-safe.
 */
final class Heads {

  /** Deliveries whose end is in the log and not yet in the tables. */
  private final Set<Long> hidden = ConcurrentHashMap.newKeySet();

  private final Fresh fresh = new Fresh();

  /** Keys up to which all that the tables have waiting in a lane is hidden, by lane. */
  private final Map<String, Long> passed = new ConcurrentHashMap<>();

  /**
   * Held shared while a lane's head is read, so that what left the tables stays hidden until a
   * reader who still sees it there is done. Exclusive: {@code hidden}, {@code passed} and {@code
   * fresh} follow the tables.
   */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private final AtomicLong revision = new AtomicLong();

  /** {@link Index#hide}. */
  void hide(long key) {
    hidden.add(key);
  }

  /** {@link Index#show}. */
  void show(long key) {
    lock.writeLock().lock();
    try {
      hidden.remove(key);
      passed.clear();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** {@link Index#revision}. */
  long revision() {
    return revision.get();
  }

  /** To be held while a head is read. */
  Lock reading() {
    return lock.readLock();
  }

  /** What of this lane is not in the tables yet; null: nothing. */
  Fresh.@Nullable Lane fresh(String lane) {
    return fresh.lane(lane);
  }

  /** The key after which a reading of this lane's rows begins. */
  long passed(String lane) {
    return passed.getOrDefault(lane, -1L);
  }

  void passed(String lane, long key) {
    passed.put(lane, key);
  }

  boolean hides(long key) {
    return hidden.contains(key);
  }

  /**
   * The index's thread: this was applied, and is not written yet.
   *
   * @param since arrivals before this position are in the tables from a rebuild, or will be
   */
  void freshen(Applier.Effects effects, long since) {
    for (Rows.Delivery row : effects.touched) {
      fresh.follow(row);
    }
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= since) {
        fresh.add(arrival, revision.get());
      }
    }
  }

  /**
   * The index's thread: all that was applied is in the tables.
   *
   * @param settled keys of deliveries that something became of
   * @param acted whether a person did it
   */
  void written(List<Long> settled, boolean acted) {
    lock.writeLock().lock();
    try {
      settled.forEach(hidden::remove);
      passed.clear();
      fresh.clear();
    } finally {
      lock.writeLock().unlock();
    }
    if (acted) {
      revision.incrementAndGet();
    }
  }

  /** The index's thread: what was applied and not written has gone with the transaction. */
  void forget() {
    lock.writeLock().lock();
    try {
      fresh.clear();
      passed.clear();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
