package org.holdfast.holdqueue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogFailedException;
import org.holdfast.holdqueue.log.SegmentLog;

/**
 * The one way by which the fate of a delivery gets into the log. Thread-safe.
 *
 * <p>While compaction copies a message with the deliveries left of it, no fate may be written: one
 * that came between what the copy says and the place of the copy would be lost with the original's
 * segment. So fates share a lock, and compaction holds it alone, for one step.
 */
final class Fates {

  private final SegmentLog log;
  private final SpareLog spare;

  /** Shared: fates are being written. Alone: a message is being carried forward. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  Fates(SegmentLog log, SpareLog spare) {
    this.log = log;
    this.spare = spare;
  }

  /** {@link SegmentLog#append}. */
  void append(List<Entry> fates) throws IOException {
    lock.readLock().lock();
    try {
      log.append(fates);
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * {@link SegmentLog#appendWritten}. When the log takes nothing any more, {@link SpareLog#append}:
   * the index does not hear of these before a restart.
   */
  void appendWritten(List<Entry> fates) throws IOException {
    lock.readLock().lock();
    try {
      log.appendWritten(fates);
    } catch (LogFailedException e) {
      spare.append(fates);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** {@link SegmentLog#appendSoon}. */
  void appendSoon(List<Entry> fates) {
    lock.readLock().lock();
    try {
      log.appendSoon(fates);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Something that must not be overtaken by a fate. */
  interface Step {
    long run() throws IOException;
  }

  /** Runs this while no fate can be written. */
  long without(Step step) throws IOException {
    lock.writeLock().lock();
    try {
      return step.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
