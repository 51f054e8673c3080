package org.holdfast.holdqueue.index;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;

/**
 * The tables that may be asked, how far they show the log, and those who wait for that. Asked by
 * any thread, told by the index's.
 */
final class Shown {

  private final SegmentLog log;

  /** Guards the waiting for {@code position} and {@code served} only. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition moved = lock.newCondition();

  /** Questions that want the tables written. */
  private final AtomicLong asked = new AtomicLong();

  /** Those of them that the tables were written for. */
  private volatile long served;

  private volatile long position;
  private volatile @Nullable Database database;
  private volatile boolean over;

  /** What a reader met: the thread that owns the tables has them made anew. */
  private volatile @Nullable SQLException damage;

  Shown(SegmentLog log) {
    this.log = log;
  }

  /** {@link Index#await}. */
  boolean await(long until, Duration patience) {
    long ticket = asked.incrementAndGet();
    log.hurry();
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!shows(until, ticket) && left > 0 && !over) {
        left = moved.awaitNanos(left);
      }
      return shows(until, ticket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean shows(long until, long ticket) {
    return position >= until && served >= ticket && database != null;
  }

  /** Reads the tables. */
  <T> T read(Database.Reading<T> reading) throws SQLException {
    Database open = database;
    if (open == null) {
      throw new SQLException("the index is being opened");
    }
    try {
      return open.read(reading);
    } catch (SQLException e) {
      if (Database.isDamage(e) && open == database) { // not of tables that were given up already
        damage = e;
        log.hurry();
      }
      throw e;
    }
  }

  /** Whether somebody waits for the tables to be written. */
  boolean wanted() {
    return asked.get() != served;
  }

  /** How many ever asked for that. */
  long asked() {
    return asked.get();
  }

  /** Throws what a reader met in the tables. */
  void complain() throws SQLException {
    SQLException met = damage;
    if (met != null) {
      throw met;
    }
  }

  /** Other tables are being opened, which show the log up to here. */
  void opened(long reached) {
    damage = null;
    position = reached;
  }

  /** Who asks from now on asks these tables. */
  void show(Database complete) {
    database = complete;
  }

  /** The tables show the log up to here, and so many questions are served with that. */
  void moved(long reached, long serving) {
    lock.lock();
    try {
      position = reached;
      served = serving;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Null while nobody may ask. */
  @Nullable Database database() {
    return database;
  }

  /** Closes the tables; who asks is told so. */
  void close() {
    Database broken = database;
    database = null;
    if (broken != null) {
      broken.close();
    }
  }

  /** Nobody is to wait any more. */
  void end() {
    over = true;
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
