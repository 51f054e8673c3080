package org.holdfast.routing;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The location map kept in step with its log: a change is in the log, on stable storage, before
 * anybody sees it. When the view fails it is retired and opened again, or made anew from the log;
 * until that has worked nothing is answered. Thread-safe.
 *
 * <p>Who owns what: whoever holds {@code writing} owns the log's end, the writing side of the view,
 * and its repair. A repair that reads much of the log has a thread of its own that holds the lock;
 * meanwhile nobody waits for it, readers and changes are refused at once. {@link LogCompaction} has
 * another, which takes the lock for its last step only.
 */
final class DurableMap implements LogCompaction.Owner, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(DurableMap.class);

  /** At least so much time lies between two attempts to open a failed view. */
  static final Duration MEND_PAUSE = Duration.ofSeconds(1);

  /**
   * Octets of the log that are read while the caller waits, some seconds' worth. When the view
   * needs more, a thread of its own does it, and until then nothing is answered.
   */
  static final long AT_ONCE = 8 << 20;

  /** A view that fails again so soon, or is damaged, is not opened again but made anew. */
  static final Duration RELAPSE = Duration.ofMinutes(1);

  private static final long TELL_NANOS = Duration.ofSeconds(5).toNanos();

  private final MapSettings settings;
  private final ChangeLog changes;
  private final InstantSource clock;
  private final Runnable mended;
  private final Runnable tell;
  private final Executor threads;
  private final LogCompaction compaction;

  /** Protects the log, changes of the map and its repair. Never held while a flip waits. */
  private final ReentrantLock writing = new ReentrantLock();

  private volatile @Nullable LocationMap map;
  private volatile @Nullable String viewTrouble;
  private volatile @Nullable String logTrouble;
  private volatile Instant nextMend = Instant.MIN;
  private volatile Map<String, Standing> lastHolds = Map.of();
  private @Nullable LocationMap retired;
  private Instant lastMended = Instant.MIN;
  private volatile boolean damaged;
  private volatile boolean closed;

  private long toldAt = System.nanoTime();

  /** The view is being opened in a thread of its own, which holds the lock. */
  private volatile @Nullable FutureTask<@Nullable Void> opening;

  /**
   * Opens it.
   *
   * @param mended told after a repair: any user may stand otherwise than it was last announced
   * @param tell delivers what was announced, when a reader made the repair
   * @param threads runs what takes long: at most two tasks at a time
   */
  DurableMap(
      MapSettings settings,
      ChangeLog changes,
      InstantSource clock,
      Runnable mended,
      Runnable tell,
      Executor threads)
      throws IOException {
    this.settings = settings;
    this.changes = changes;
    this.clock = clock;
    this.mended = mended;
    this.tell = tell;
    this.threads = threads;
    this.compaction = new LogCompaction(changes, this, threads, settings.compactAfter());
    writing.lock();
    try {
      map = LocationMap.open(settings, changes, AT_ONCE, Progress.UNHEARD);
      if (map == null) {
        openInBackground();
      }
    } catch (SQLException e) {
      throw new IOException("the map's view cannot be made in " + settings.view(), e);
    } finally {
      writing.unlock();
    }
  }

  /** Something to read. */
  interface Read<T> {
    T from(LocationMap map) throws SQLException;
  }

  /** A change: reads, decides and commits. */
  interface Change<T> {
    T on(LocationMap map) throws SQLException, MapUnavailableException, RefusedChangeException;
  }

  <T> T read(Read<T> read) throws MapUnavailableException {
    LocationMap current = map;
    if (current == null) {
      current = mendFromReader();
    }
    try {
      return read.from(current);
    } catch (SQLException e) {
      throw failed(current, e);
    }
  }

  /** Something to read that is in memory, or not at all. */
  interface Glance<T> {
    T at(MapRows map) throws SQLException;
  }

  /**
   * Reads from memory only and never waits: empty when the view would have to be read, or is in
   * trouble.
   */
  <T> Optional<T> glance(Glance<T> glance) {
    LocationMap current = map;
    try {
      return current == null ? Optional.empty() : Optional.of(glance.at(current.inMemory()));
    } catch (SQLException _) {
      return Optional.empty();
    }
  }

  /** Domains and everything, as far as they are on hold; as last known while there is trouble. */
  List<Routing.DomainHold> holds() {
    LocationMap current = map;
    if (current != null) {
      lastHolds = current.wide().holds();
    }
    return lastHolds.entrySet().stream()
        .map(hold -> new Routing.DomainHold(hold.getKey(), hold.getValue()))
        .toList();
  }

  /** Runs a change while no other one runs. */
  <T> T change(Change<T> change) throws MapUnavailableException, RefusedChangeException {
    requireNotOpening();
    writing.lock();
    try {
      LocationMap current = inStep();
      try {
        T result = change.on(current);
        compaction.wake(current.view());
        return result;
      } catch (SQLException e) {
        throw failed(current, e);
      }
    } finally {
      writing.unlock();
    }
  }

  /**
   * Makes changes durable, then visible. Within {@link #change} only. When the log fails nothing of
   * it is visible; should the log have kept it all the same, the next change finds out.
   */
  void commit(LocationMap current, List<MapChange> batch)
      throws SQLException, MapUnavailableException {
    if (batch.isEmpty()) {
      return;
    }
    long position = append(batch.stream().map(ChangeRecord::encode).toList());
    try {
      current.apply(batch, position);
    } catch (SQLException | RuntimeException e) {
      retire(current, e);
      throw e;
    }
  }

  private long append(List<byte[]> records) throws MapUnavailableException {
    try {
      long position = changes.append(records);
      logTrouble = null;
      return position;
    } catch (IOException | RuntimeException e) {
      logTrouble = "changes of the map cannot be stored: " + e.getMessage();
      logger.error("the map's log cannot be written; nothing was changed", e);
      throw new MapUnavailableException("the map's log cannot be written", e);
    }
  }

  /** The map, with everything applied that is in the log. For the owner of the lock. */
  private LocationMap inStep() throws MapUnavailableException {
    LocationMap current = map;
    if (current != null && current.view().position() != changes.last()) {
      retire(current, new IOException("the log has changes that the view has not"));
      nextMend = Instant.MIN;
      current = null;
    }
    return current != null ? current : mend();
  }

  @Override
  public void whileNothingChanges(MapView view, LogCompaction.Step step)
      throws SQLException, IOException {
    writing.lock();
    try {
      LocationMap current = map;
      if (current == null || current.view() != view || view.position() != changes.last()) {
        throw new IOException("the map's view is not in use any more");
      }
      step.run();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void viewFailed(MapView view, SQLException why) {
    LocationMap current = map;
    if (current != null && current.view() == view) {
      MapUnavailableException _ = failed(current, why);
    }
  }

  private MapUnavailableException failed(LocationMap current, SQLException e) {
    if (!(e instanceof SQLTransientException)) {
      retire(current, e);
    }
    return new MapUnavailableException("the map cannot be read", e);
  }

  private void retire(LocationMap current, Exception why) {
    synchronized (this) {
      if (map != current) {
        return;
      }
      viewTrouble = "the map's view failed: " + why.getMessage();
      map = null;
      retired = current;
      damaged |= why instanceof SQLException e && MapSql.saysDamaged(e);
    }
    logger.error("the map's view failed and will be opened again", why);
  }

  // ---- repair

  private LocationMap mendFromReader() throws MapUnavailableException {
    requireNotOpening();
    if (clock.instant().isBefore(nextMend) || !writing.tryLock()) {
      throw unusable(null);
    }
    try {
      LocationMap current = map;
      return current != null ? current : mend();
    } finally {
      writing.unlock();
      // Outside the lock: a listener may change the map. After a change its caller does this.
      tell.run();
    }
  }

  /** Opens the view again. For the owner of the lock. */
  private LocationMap mend() throws MapUnavailableException {
    requireNotOpening();
    Instant now = clock.instant();
    if (closed || now.isBefore(nextMend)) {
      throw unusable(null);
    }
    nextMend = now.plus(MEND_PAUSE);
    try {
      closeRetired();
      if (damaged || lastMended.isAfter(now.minus(RELAPSE))) {
        MapView.delete(settings.view());
      }
      damaged = false;
      lastMended = now;
      LocationMap opened = LocationMap.open(settings, changes, AT_ONCE, Progress.UNHEARD);
      if (opened == null) {
        openInBackground();
        throw unusable(null);
      }
      usable(opened);
      return opened;
    } catch (SQLException | IOException e) {
      viewTrouble = "the map's view cannot be opened: " + e.getMessage();
      logger.error("the map's view cannot be opened", e);
      throw unusable(e);
    }
  }

  private void usable(LocationMap opened) {
    map = opened;
    viewTrouble = null;
    logger.info("the map's view is usable again");
    mended.run();
  }

  // ---- in a thread of its own

  private void openInBackground() {
    viewTrouble = "the map's view is being made from the log";
    logger.info("the map's view is being made from the log; until then nothing is answered");
    FutureTask<@Nullable Void> task = new FutureTask<>(this::openAll, null);
    opening = task;
    threads.execute(task);
  }

  private void openAll() {
    writing.lock();
    try {
      LocationMap opened = LocationMap.open(settings, changes, Long.MAX_VALUE, this::progress);
      usable(Objects.requireNonNull(opened));
    } catch (CancellationException e) {
      logger.info("the map's view is not made: {}", e.getMessage());
    } catch (SQLException | IOException | RuntimeException | Error e) {
      viewTrouble = "the map's view cannot be made: " + e.getMessage();
      logger.error("the map's view cannot be made", e);
    } finally {
      nextMend = clock.instant().plus(MEND_PAUSE);
      opening = null;
      writing.unlock();
    }
    tell.run();
  }

  private void progress(long read, int percent) {
    if (closed) {
      throw new CancellationException("the map is being closed");
    }
    viewTrouble =
        "the map's view is being made from the log: " + read + " changes read, " + percent + " %";
    if (System.nanoTime() - toldAt > TELL_NANOS) {
      toldAt = System.nanoTime();
      logger.info("{}", viewTrouble);
    }
  }

  private void requireNotOpening() throws MapUnavailableException {
    if (opening != null) {
      throw unusable(null);
    }
  }

  private void closeRetired() {
    LocationMap old = retired;
    retired = null;
    if (old != null) {
      try {
        old.close();
      } catch (SQLException e) {
        logger.warn("the failed view could not be closed: {}", e.toString());
      }
    }
  }

  private MapUnavailableException unusable(@Nullable Exception cause) {
    return new MapUnavailableException(trouble().orElse("the map is being opened"), cause);
  }

  /** Why the map cannot be read or changed; empty while it can. */
  Optional<String> trouble() {
    String view = viewTrouble;
    return Optional.ofNullable(view != null ? view : logTrouble);
  }

  @Override
  public void close() {
    closed = true;
    compaction.close();
    writing.lock(); // a view that is being opened gives it back soon, see progress
    try {
      LocationMap current = map;
      map = null;
      closeRetired();
      if (current != null) {
        current.close();
      }
    } catch (SQLException e) {
      logger.warn("the map's view was not closed cleanly: {}", e.toString());
    } finally {
      writing.unlock();
    }
  }
}
