package org.holdfast.routing;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log in proportion to the map: when it has many more changes than there are things to
 * know, it is replaced by a picture of the map. The first record voids what went before, so a view
 * of any age may replay it.
 *
 * <p>Changes go on meanwhile. The picture is a read transaction of the view, which says up to which
 * log position it is complete; it is written beside the log, in a thread of its own, one at a time.
 * Then come the log's records after that position, again and again until few are left; only those
 * are copied under the writing lock, and the replacement becomes the log. What fails before that
 * changes nothing: the log stays as it is, and grows, until it is tried again.
 *
 * <p>The log may be read with a hole where it is damaged, and the view must not put its own damage
 * into the log. So the users of the picture must be those that the view has counted, and the
 * records copied must be as many changes as the view has seen since.
 */
final class LogCompaction implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(LogCompaction.class);

  /** So many changes in the log for each thing in the map. */
  static final int RATIO = 4;

  /** Most octets that are copied while changes wait. */
  static final long TAIL = 1 << 20;

  /** Times that the log's tail is copied before giving up: it grows faster than it is copied. */
  private static final int ROUNDS = 10;

  private final ChangeLog changes;
  private final Owner owner;
  private final Executor threads;
  private final long floor;
  private volatile long notBefore;
  private volatile boolean closed;

  /** Guarded by the owner's lock. */
  private @Nullable FutureTask<@Nullable Void> running;

  /** Whose log it is. */
  interface Owner {

    /**
     * Runs this while nothing changes.
     *
     * @throws IOException when this view is not the one in use any more, or not at the log's end
     */
    void whileNothingChanges(MapView view, Step step) throws SQLException, IOException;

    /** Tells that this view cannot be used. */
    void viewFailed(MapView view, SQLException why);
  }

  /** The last step. */
  interface Step {
    void run() throws SQLException, IOException;
  }

  /**
   * @param threads runs one task at a time
   * @param floor a log with fewer changes is left alone
   */
  LogCompaction(ChangeLog changes, Owner owner, Executor threads, long floor) {
    this.changes = changes;
    this.owner = owner;
    this.threads = threads;
    this.floor = floor;
  }

  /** Begins one when it is worth it and none is running. For the owner of the lock. */
  void wake(MapView view) {
    FutureTask<@Nullable Void> before = running;
    if (closed || (before != null && !before.isDone()) || !isWorth(view)) {
      return;
    }
    FutureTask<@Nullable Void> task = new FutureTask<>(() -> run(view), null);
    running = task;
    threads.execute(task);
  }

  private boolean isWorth(MapView view) {
    long live = view.users() + view.wide().pairs().size() + view.wide().holds().size();
    return view.changes() >= Math.max(notBefore, floor + RATIO * live);
  }

  private void run(MapView view) {
    long begun = System.nanoTime();
    notBefore = view.changes() + floor;
    try {
      logger.info("the map's log is written anew, with what is true now");
      long things = compact(view);
      notBefore = floor + RATIO * things; // what lives is more than users: aliases, domains
      double seconds = (System.nanoTime() - begun) / 1e9;
      logger.info("the map's log was written anew in {} s: {} things", seconds, things);
    } catch (CancellationException e) {
      logger.info("the map's log stays as it is: {}", e.getMessage());
    } catch (SQLException e) {
      logger.warn("the map's log was not written anew and stays as it is", e);
      owner.viewFailed(view, e);
    } catch (IOException | RuntimeException | Error e) {
      logger.warn("the map's log was not written anew and stays as it is", e);
    }
  }

  private long compact(MapView view) throws SQLException, IOException {
    try (ChangeLog.Replacement by = changes.replacement()) {
      Copy copy = new Copy(by);
      long before = copy.picture(view);
      for (int round = 0; round < ROUNDS; round++) {
        copy.tail();
        by.sync();
        if (finished(view, copy, before)) {
          return copy.things;
        }
      }
      throw new CancellationException("it grows faster than it is copied");
    }
  }

  /** Returns false when too much is left to be copied while changes wait. */
  private boolean finished(MapView view, Copy copy, long before) throws SQLException, IOException {
    boolean[] done = {false};
    owner.whileNothingChanges(
        view,
        () -> {
          if (changes.octetsAfter(copy.at) <= TAIL) {
            copy.tail();
            copy.requireChanges(view.changes() - before);
            view.rewritten(copy.by.replace(view.position()), copy.things);
            done[0] = true;
          }
        });
    return done[0];
  }

  private void requireOpen() {
    if (closed) {
      throw new CancellationException("the map is being closed");
    }
  }

  /** What has been written of the replacement. */
  private final class Copy {

    private final ChangeLog.Replacement by;

    /** The old log is in it up to this position. */
    private long at;

    private long things;
    private long copied;

    Copy(ChangeLog.Replacement by) {
      this.by = by;
    }

    /** Returns how many changes the log had had when the picture was taken. */
    long picture(MapView view) throws SQLException, IOException {
      try (Picture picture = view.picture()) {
        at = picture.position();
        picture.each(change -> {
          requireOpen();
          things += change instanceof MapChange.Reset ? 0 : change.size();
          by.append(List.of(ChangeRecord.encode(change)));
        });
        return picture.changes();
      }
    }

    /** What the log has got since. */
    void tail() throws IOException {
      changes.replay(
          at,
          (position, body) -> {
            requireOpen();
            copied += ChangeRecord.decode(body).size();
            by.append(List.of(body));
            at = position;
          });
    }

    /** So many changes must have been copied from the log. */
    void requireChanges(long expected) throws IOException {
      if (copied != expected) {
        throw new IOException("of " + expected + " changes in the log " + copied + " can be read");
      }
      things += copied;
    }
  }

  /** Stops one that runs, and waits until it has. Not for the owner of the lock. */
  @Override
  public void close() {
    closed = true;
    FutureTask<@Nullable Void> last = running;
    boolean interrupted = false;
    while (last != null && !last.isDone()) {
      try {
        last.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        logger.warn("the compaction of the map's log ended badly", e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
