package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.holdfast.holdqueue.log.SegmentLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one opening of the tables follow the log: applies records to rows in memory, tells those
 * outside, writes the tables a little later. Belongs to the index's thread; whatever it throws ends
 * it, and what was not committed has gone.
 */
final class Follower {

  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  /** Octets of log that are applied before the dispatcher hears of them, at most. */
  private static final long BATCH = 2L << 20;

  /** The tables are at most this far behind when nobody asks them. */
  private static final long WRITE_NANOS = Duration.ofSeconds(1).toNanos();

  /** While there is work, a few unused pages are given back no more often than this. */
  private static final long SHRINK_NANOS = Duration.ofMillis(250).toNanos();

  /** Rows in memory that are written without waiting any longer. */
  private static final int MOST_ROWS = 20_000;

  /** An earlier life's waits are over: every lane is tried at the start. */
  private static final String DUE =
      "update lane set retry = " + Rows.Lane.DUE + " where retry > " + Rows.Lane.DUE;

  private final SegmentLog log;
  private final Database database;
  private final Connection connection;
  private final Batch batch;
  private final SegmentUse segments;
  private final Shown shown;
  private final Heads heads;
  private final LaneStatuses statuses;
  private final Telling telling;
  private final Mending mending;

  /** The tables are shown from here on: who asks must not take half of the mail for all of it. */
  private final long complete;

  /** Read and in the rows in memory up to here. */
  private long applied;

  private long dirtySince;
  private boolean dirty;
  private boolean urgent;
  private boolean shrinking;
  private long shrunkAt = System.nanoTime() - SHRINK_NANOS;

  /** The segment written to when useless ones were last looked for. */
  private long active;

  /** A message was carried forward: its old segment may be useless when the tables are written. */
  private boolean carried;

  private final List<Long> settled = new ArrayList<>();

  /** Reads how far the tables have come; throws when they cannot be of this log. */
  Follower(
      SegmentLog log,
      Database database,
      Shown shown,
      Heads heads,
      LaneStatuses statuses,
      Telling telling,
      Mending mending)
      throws SQLException {
    this.log = log;
    this.database = database;
    this.shown = shown;
    this.heads = heads;
    this.statuses = statuses;
    this.telling = telling;
    this.mending = mending;
    this.connection = database.writer();
    this.segments = new SegmentUse(log);
    this.applied = position(connection);
    shown.opened(applied);
    segments.load(connection);
    connection.commit();
    if (applied > log.end()) {
      throw new SQLException("the index is ahead of the log");
    }
    heads.forget();
    LOG.info("index complete up to {}, log ends at {}", applied, log.end());
    this.batch = new Batch(new Statements(connection), log::segmentHolding);
    this.complete = telling.ready() ? log.end() : telling.bootEnd();
  }

  private static long position(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select v from meta where k = 'position'")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Follows until closed, and writes what it has by then. */
  void run(BooleanSupplier closed) throws SQLException, IOException {
    showIfComplete();
    while (!closed.getAsBoolean()) {
      step();
    }
    write();
  }

  /** The tables are closed; not when they are shown, then it is {@link Shown}'s. */
  void close() {
    database.close();
  }

  private void showIfComplete() {
    if (isHidden() && applied >= complete) {
      shown.show(database);
    }
  }

  private boolean isHidden() {
    return shown.database() == null;
  }

  private void step() throws SQLException, IOException {
    shown.complain();
    if (applied >= telling.bootEnd() && !telling.ready()) {
      write();
      batch.update(DUE);
      telling.begin(connection);
    }
    if (waitForMore()) {
      take(log.end());
    } else if (!dirty && !shown.wanted()) {
      shrink();
    }
    if (mustWrite()) {
      write();
      shrinkMeanwhile();
    }
  }

  /** There may never be a second with nothing else to do: a little of it is done at any rate. */
  private void shrinkMeanwhile() throws SQLException {
    long now = System.nanoTime();
    if (shrinking && now - shrunkAt >= SHRINK_NANOS) {
      shrunkAt = now;
      database.shrinkMeanwhile();
    }
  }

  /** While there is nothing else to do, what the tables do not need any more is given back. */
  private void shrink() throws SQLException {
    if (shrinking) {
      shrinking = database.shrink();
    }
  }

  private boolean mustWrite() {
    noteStatuses();
    return shown.wanted()
        || batch.rows() >= MOST_ROWS
        || (isHidden() && applied >= complete)
        || (dirty && isOverdue());
  }

  private void noteStatuses() {
    if (!statuses.isEmpty()) {
      dirtied();
    }
  }

  private void dirtied() {
    if (!dirty) {
      dirty = true;
      dirtySince = System.nanoTime();
    }
  }

  private boolean isOverdue() {
    return System.nanoTime() - dirtySince > WRITE_NANOS;
  }

  private boolean waitForMore() {
    if (shown.wanted() && applied >= log.end()) {
      return false;
    }
    long nanos = dirty ? WRITE_NANOS - (System.nanoTime() - dirtySince) : WRITE_NANOS;
    try {
      return log.awaitBeyond(applied, nanos);
    } catch (InterruptedException e) {
      LOG.warn("somebody interrupted the index's thread; ignored");
      return false;
    }
  }

  /** Applies what the log has more to the rows in memory. */
  private void take(long end) throws SQLException, IOException {
    long bootEnd = telling.bootEnd();
    long until = Math.min(end, applied + BATCH);
    until = applied < bootEnd ? Math.min(until, bootEnd) : until;
    Applier.Effects effects = new Applier.Effects();
    Applier applier = new Applier(batch, segments, effects, log);
    applied = log.replay(applied, until, false, applier::take);
    applier.apply();
    dirtied();
    settled.addAll(effects.settled);
    carried |= effects.moved;
    telling.arriving(effects, applied);
    if (effects.urgent) {
      urgent = true;
      write();
    } else {
      heads.freshen(effects, bootEnd);
    }
    telling.arrived(effects, applied);
  }

  /** Writes all that was applied, as one transaction. */
  private void write() throws SQLException {
    long serving = shown.asked();
    batch.flush();
    statuses.write(batch);
    segments.write(connection);
    batch.position(applied);
    connection.commit();
    long last = log.segments().getLast();
    boolean fewer = carried || !settled.isEmpty() || last != active;
    written(serving);
    mending.well();
    shrinking |= fewer;
    if (applied >= telling.bootEnd() && fewer) {
      active = last;
      dropUseless();
    }
  }

  private void written(long serving) {
    heads.written(settled, urgent);
    settled.clear();
    dirty = false;
    urgent = false;
    carried = false;
    showIfComplete();
    shown.moved(applied, serving);
  }

  /**
   * The tables must be safe without a segment before it goes: else a crash would cost a rebuild.
   */
  private void dropUseless() throws SQLException {
    List<Long> useless = segments.useless(applied);
    if (useless.isEmpty()) {
      return;
    }
    database.sync();
    for (long base : useless) {
      telling.useless(base);
      segments.forget(connection, base);
    }
    connection.commit();
  }
}
