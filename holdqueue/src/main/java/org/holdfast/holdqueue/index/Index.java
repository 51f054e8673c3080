package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is held, in SQL: for order, look-up and totals. Follows the log's synced end with one
 * thread. Whatever is wrong with it, it is made anew from the log. Thread-safe.
 *
 * <p>Records are applied to rows in memory at once and the dispatcher hears of them; the tables are
 * written a little later, all that was applied in one transaction, or at once when somebody asks
 * them. So mail that comes and goes within a second costs no row, and a lane that drains costs one
 * row's change for many deliveries. The tables always show the log up to exactly {@code position};
 * a restart goes on from there.
 *
 * <pre>
 *   log ──▶ Follower ──▶ Batch ──▶ tables ◀── Shown ◀── Questions
 *              │ ├─ Telling ──▶ lane counts, dispatcher       │
 *              │ └─ Heads: what the tables do not know yet ◀──┘
 *              └─ fails: Mending says when and how it is tried anew
 * </pre>
 */
public final class Index implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Index.class);

  private final SegmentLog log;
  private final Path directory;
  private final Shown shown;
  private final Heads heads = new Heads();
  private final LaneStatuses statuses = new LaneStatuses();
  private final Telling telling;
  private final Mending mending = new Mending();
  private final Thread thread;

  private Index(
      SegmentLog log, Path directory, BiConsumer<String, Long> counts, Listener listener) {
    this.log = log;
    this.directory = directory;
    this.shown = new Shown(log);
    this.telling = new Telling(counts, listener, log.end());
    this.thread = Thread.ofPlatform().name("index").daemon().unstarted(this::run);
  }

  /**
   * Opens the index and begins to follow the log, in a thread of its own.
   *
   * @param counts takes (lane, difference) of the deliveries waiting: first what was held when the
   *     log was opened, then each delivery that leaves its lane or comes back; those that come in
   *     new are counted by who stores them
   */
  public static Index open(
      SegmentLog log, Path directory, BiConsumer<String, Long> counts, Listener listener) {
    Index index = new Index(log, directory, counts, listener);
    index.thread.start();
    return index;
  }

  /** Whether all that was held at the start is known. */
  public boolean ready() {
    return telling.ready();
  }

  /** Runs this when all that was held at the start is known; not at all when closed before. */
  public void whenReady(Runnable then) {
    telling.whenReady(then);
  }

  /** Waits for {@link #ready}; false: not within the time, or closed before. */
  public boolean awaitReady(Duration patience) {
    return telling.awaitReady(patience);
  }

  /** The log's end when it was opened. */
  long lifeBegan() {
    return telling.bootEnd();
  }

  /**
   * Waits until the tables show everything before this position and all that was said of lanes
   * before this call; false: not within the time.
   */
  public boolean await(long until, Duration patience) {
    return shown.await(until, patience);
  }

  /**
   * The delivery's end is about to be written: {@link Questions#head} leaves it out from now on.
   */
  public void hide(long key) {
    heads.hide(key);
  }

  /** The end could not be written. */
  public void show(long key) {
    heads.show(key);
  }

  /** Rises whenever a person's act took effect in the tables. */
  public long revision() {
    return heads.revision();
  }

  /** What {@code NextHops.way} said of a lane, for lists and totals; shown with the next batch. */
  public void status(String lane, @Nullable Boolean shut, @Nullable String nextHop) {
    statuses.add(lane, shut, nextHop);
  }

  /**
   * Some lane may be filed under a next hop that its mail does not go to any more: a walk by next
   * hop would miss it. Stays so until the next start, which asks every lane.
   */
  public boolean misfiled() {
    return statuses.misfiled();
  }

  /** Many lanes were opened or shut, for lists and totals. */
  public void status(Lanes lanes, boolean shut) {
    statuses.add(lanes, shut);
  }

  /** Why the log is not followed any more; empty while all is well. For good, until a restart. */
  public Optional<String> failure() {
    return mending.failure();
  }

  /** Why what is stored does not get into the tables, hence is not delivered; empty: it does. */
  public Optional<String> trouble() {
    return mending.trouble();
  }

  SegmentLog log() {
    return log;
  }

  Shown shown() {
    return shown;
  }

  Heads heads() {
    return heads;
  }

  private void run() {
    while (!mending.closed()) {
      try {
        follow();
      } catch (IOException e) {
        again(e);
      } catch (SQLException e) {
        if (mending.mayPass(e)) {
          again(e);
        } else {
          mend(e);
        }
      } catch (RuntimeException e) {
        mend(e);
      } catch (Error e) {
        mending.died(e);
        shown.end();
        return;
      }
    }
  }

  private void follow() throws SQLException, IOException {
    Follower follower = openOrRebuild();
    if (follower == null) {
      return;
    }
    try {
      follower.run(mending::closed);
    } finally {
      if (shown.database() == null) {
        follower.close();
      }
    }
  }

  /** Null when closed meanwhile. */
  private @Nullable Follower openOrRebuild() throws SQLException, IOException {
    if (Database.exists(directory)) {
      try {
        return opened();
      } catch (SQLException e) {
        if (mending.mayPass(e)) {
          throw e;
        }
        LOG.warn("the index cannot be used and is rebuilt from the log: {}", e.toString());
      }
    }
    // What those outside were told of so far: they hear the rest in order, from following.
    Rebuild.run(log, directory, telling.heard(), mending::closed);
    return mending.closed() ? null : opened();
  }

  private Follower opened() throws SQLException {
    Database opened = Database.open(directory);
    try {
      return new Follower(log, opened, shown, heads, statuses, telling, mending);
    } catch (SQLException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * The log cannot be read right now, or the tables not be written, which says nothing against
   * them: until the next attempt they can be read as they are.
   */
  private void again(Exception because) {
    if (mending.closed()) {
      return;
    }
    LOG.error("the index cannot go on; it tries again", because);
    mending.rest("what is stored does not get into the index: " + because.getMessage());
    shown.close();
  }

  /** Drops the tables; they are made anew from the log. */
  private void mend(Exception because) {
    if (mending.closed()) {
      return;
    }
    LOG.error("the index failed; it is rebuilt from the log", because);
    shown.close();
    mending.rest("the index fails again and again: " + because.getMessage());
    try {
      Database.delete(directory);
    } catch (IOException e) {
      LOG.error("the index's files cannot be deleted", e);
    }
  }

  /** Stops following; what is not in the tables yet is caught up at the next start. */
  @Override
  public void close() {
    mending.close();
    log.hurry();
    telling.cancel();
    shown.end();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Database open = shown.database();
    if (open != null) {
      open.close();
    }
  }
}
