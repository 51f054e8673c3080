package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is held, in SQL: for order, look-up and totals. Follows the log's synced end with one
 * thread. Whatever is wrong with it, it is made anew from the log.
 *
 * <p>Records are applied to rows in memory at once and the dispatcher hears of them; the tables are
 * written a little later, all that was applied in one transaction, or at once when somebody asks
 * them. So mail that comes and goes within {@link #WRITE_NANOS} costs no row, and a lane that
 * drains costs one row's change for many deliveries. The tables always show the log up to exactly
 * {@code position}; a restart goes on from there.
 */
public final class Index implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Index.class);

  /** Octets of log that are applied before the dispatcher hears of them, at most. */
  private static final long BATCH = 2L << 20;

  /** The tables are at most this far behind when nobody asks them. */
  private static final long WRITE_NANOS = Duration.ofSeconds(1).toNanos();

  /** Rows in memory that are written without waiting any longer. */
  private static final int MOST_ROWS = 20_000;

  /** The wait before the index is tried anew after it failed: doubled each time, up to the most. */
  private static final Duration MEND = Duration.ofSeconds(1);

  private static final Duration MOST_MEND = Duration.ofMinutes(1);

  /** Trouble that people hear of: the third failure in a row. */
  private static final Duration TROUBLE = MEND.multipliedBy(4);

  private final SegmentLog log;
  private final Path directory;
  private final Listener listener;
  private final BiConsumer<String, Long> counts;
  private final long bootEnd;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final SegmentUse segments;
  private final LaneStatuses statuses = new LaneStatuses();

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
  private final ReentrantReadWriteLock heads = new ReentrantReadWriteLock();

  private final Thread thread;

  /** Guards the waiting for {@code position} and {@code served} only. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Questions that want the tables written. */
  private final AtomicLong asked = new AtomicLong();

  /** Those of them that the tables were written for. */
  private volatile long served;

  private final Condition moved = lock.newCondition();
  private volatile long position;
  private volatile @Nullable Database database;
  private final AtomicLong revision = new AtomicLong();
  private volatile boolean closed;
  private volatile @Nullable String failure;
  private volatile @Nullable String trouble;

  /** What a reader met: the thread that owns the tables has them made anew. */
  private volatile @Nullable SQLException suspect;

  // The index's thread only.
  private long applied;
  private long complete;
  private @Nullable Database opening;
  private long dirtySince;
  private boolean dirty;
  private boolean urgent;
  private Duration mending = MEND;
  private boolean shrinking;

  /** The segment written to when useless ones were last looked for. */
  private long active;

  /** A message was carried forward: its old segment may be useless when the tables are written. */
  private boolean carried;

  /** Up to here those outside have been told what came in, and what left. */
  private long told;

  private long counted;
  private final List<Long> settled = new ArrayList<>();

  private Index(
      SegmentLog log, Path directory, BiConsumer<String, Long> counts, Listener listener) {
    this.log = log;
    this.directory = directory;
    this.counts = counts;
    this.listener = listener;
    this.bootEnd = log.end();
    this.counted = bootEnd;
    this.told = bootEnd;
    this.segments = new SegmentUse(log);
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
    return ready.isDone();
  }

  /** Runs this when all that was held at the start is known; not at all when closed before. */
  public void whenReady(Runnable then) {
    var _ = ready.thenRun(then);
  }

  /** Waits for {@link #ready}; false: not within the time, or closed before. */
  public boolean awaitReady(Duration patience) {
    try {
      ready.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      LOG.warn("the index did not get ready: {}", e.toString());
      return false;
    }
  }

  /**
   * Waits until the tables show everything before this position and all that was said of lanes
   * before this call; false: not within the time.
   */
  public boolean await(long until, Duration patience) {
    long ticket = asked.incrementAndGet();
    log.hurry();
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!shows(until, ticket) && left > 0 && !closed && failure == null) {
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

  /**
   * The delivery's end is about to be written: {@link Questions#head} leaves it out from now on.
   */
  public void hide(long key) {
    hidden.add(key);
  }

  /** The end could not be written. */
  public void show(long key) {
    heads.writeLock().lock();
    try {
      hidden.remove(key);
      passed.clear();
    } finally {
      heads.writeLock().unlock();
    }
  }

  /** Rises whenever a person's act took effect in the tables. */
  public long revision() {
    return revision.get();
  }

  Lock readingHeads() {
    return heads.readLock();
  }

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
        suspect = e;
        log.hurry();
      }
      throw e;
    }
  }

  SegmentLog log() {
    return log;
  }

  private void run() {
    while (!closed) {
      try {
        follow();
      } catch (IOException e) {
        again(e);
      } catch (SQLException e) {
        if (mayPass(e)) {
          again(e);
        } else {
          mend(e);
        }
      } catch (RuntimeException e) {
        mend(e);
      } catch (Error e) {
        fail(e);
        return;
      }
    }
  }

  /** Nothing follows the log any more: whoever goes on taking mail would never deliver it. */
  private void fail(Error because) {
    LOG.error("the index's thread died; the queue takes nothing until restarted", because);
    failure = "the index's thread died: " + because;
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Why the log is not followed any more; empty while all is well. For good, until a restart. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** A full disk passes, and leaves the tables whole; other trouble with it is believed thrice. */
  private boolean mayPass(SQLException e) {
    return Database.isFull(e) || (Database.isTrouble(e) && mending.compareTo(TROUBLE) < 0);
  }

  /**
   * The log cannot be read right now, or the tables not be written, which says nothing against
   * them: until the next attempt they can be read as they are.
   */
  private void again(Exception because) {
    if (closed) {
      return;
    }
    LOG.error("the index cannot go on; it tries again", because);
    rest("what is stored does not get into the index: " + because.getMessage());
    closeTables();
  }

  /** Why what is stored does not get into the tables, hence is not delivered; empty: it does. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Drops the tables; they are made anew from the log. */
  private void mend(Exception because) {
    if (closed) {
      return;
    }
    LOG.error("the index failed; it is rebuilt from the log", because);
    closeTables();
    rest("the index fails again and again: " + because.getMessage());
    try {
      Database.delete(directory);
    } catch (IOException e) {
      LOG.error("the index's files cannot be deleted", e);
    }
  }

  private void closeTables() {
    Database broken = database;
    database = null;
    if (broken != null) {
      broken.close();
    }
  }

  /** Waits, longer each time. */
  private void rest(String why) {
    if (mending.compareTo(TROUBLE) >= 0) {
      trouble = why;
    }
    long left = mending.toNanos();
    mending = mending.compareTo(MOST_MEND) < 0 ? mending.multipliedBy(2) : MOST_MEND;
    lock.lock();
    try {
      while (!closed && left > 0) {
        left = moved.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      LOG.warn("somebody interrupted the index's thread; ignored");
    } finally {
      lock.unlock();
    }
  }

  private void follow() throws SQLException, IOException {
    Database opened = openOrRebuild();
    if (opened == null) {
      return;
    }
    try {
      suspect = null;
      Connection connection = opened.writer();
      complete = ready.isDone() ? log.end() : bootEnd;
      opening = opened;
      showIfComplete();
      Batch batch = new Batch(new Statements(connection), log::segmentHolding);
      while (!closed) {
        step(connection, batch);
      }
      write(connection, batch);
    } finally {
      opening = null;
      if (database == null) {
        opened.close();
      }
    }
  }

  /** Null when closed meanwhile. */
  private @Nullable Database openOrRebuild() throws SQLException, IOException {
    if (Database.exists(directory)) {
      try {
        return openAndLoad();
      } catch (SQLException e) {
        if (mayPass(e)) {
          throw e;
        }
        LOG.warn("the index cannot be used and is rebuilt from the log: {}", e.toString());
      }
    }
    // What those outside were told of so far: they hear the rest in order, from following.
    Rebuild.run(log, directory, Math.max(bootEnd, Math.min(told, counted)), () -> closed);
    return closed ? null : openAndLoad();
  }

  private Database openAndLoad() throws SQLException {
    Database opened = Database.open(directory);
    try {
      load(opened.writer());
      return opened;
    } catch (SQLException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select v from meta where k = 'position'")) {
      row.next();
      position = row.getLong(1);
    }
    segments.load(connection);
    connection.commit();
    if (position > log.end()) {
      throw new SQLException("the index is ahead of the log");
    }
    forget();
    applied = position;
    LOG.info("index complete up to {}, log ends at {}", position, log.end());
  }

  /** Not before: who asks must not take half of the mail for all of it. */
  private void showIfComplete() {
    if (database == null && position >= complete) {
      database = opening;
    }
  }

  /** What was applied and not written has gone with the transaction. */
  private void forget() {
    heads.writeLock().lock();
    try {
      fresh.clear();
      passed.clear();
    } finally {
      heads.writeLock().unlock();
    }
    settled.clear();
    dirty = false;
    urgent = false;
    carried = false;
  }

  private void step(Connection connection, Batch batch) throws SQLException, IOException {
    SQLException damage = suspect;
    if (damage != null) {
      throw damage;
    }
    if (applied >= bootEnd && !ready.isDone()) {
      write(connection, batch);
      loadCounts(connection);
      ready.complete(null);
    }
    if (waitForMore()) {
      take(connection, batch, log.end());
    } else if (!dirty) {
      shrink();
    }
    if (mustWrite(batch)) {
      write(connection, batch);
    }
  }

  /** While there is nothing else to do, what the tables do not need any more is given back. */
  private void shrink() throws SQLException {
    Database open = opening;
    if (shrinking && open != null) {
      shrinking = open.shrink();
    }
  }

  private boolean mustWrite(Batch batch) {
    noteStatuses();
    return asked.get() != served
        || batch.rows() >= MOST_ROWS
        || (database == null && applied >= complete)
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
    if (asked.get() != served && applied >= log.end()) {
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

  private void loadCounts(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select lane, waiting from lane")) {
      while (rows.next()) {
        counts.accept(rows.getString(1), rows.getLong(2));
      }
    }
    connection.commit();
  }

  /** Applies what the log has more to the rows in memory. */
  private void take(Connection connection, Batch batch, long end) throws SQLException, IOException {
    long until = Math.min(end, applied + BATCH);
    until = applied < bootEnd ? Math.min(until, bootEnd) : until;
    Applier.Effects effects = new Applier.Effects();
    Applier applier = new Applier(batch, segments, effects, log);
    applied = log.replay(applied, until, false, applier::take);
    applier.apply();
    dirtied();
    settled.addAll(effects.settled);
    carried |= effects.moved;
    announce(effects);
    if (effects.urgent) {
      urgent = true;
      write(connection, batch);
    } else {
      freshen(effects);
    }
    publish(effects);
  }

  /** Writes all that was applied, as one transaction. */
  private void write(Connection connection, Batch batch) throws SQLException {
    long serving = asked.get();
    batch.flush();
    statuses.write(batch);
    segments.write(connection);
    batch.position(applied);
    connection.commit();
    long last = log.segments().getLast();
    boolean fewer = carried || !settled.isEmpty() || last != active;
    written(serving);
    mending = MEND;
    trouble = null;
    shrinking |= fewer;
    if (applied >= bootEnd && fewer) {
      active = last;
      dropUseless(connection);
    }
  }

  private void written(long serving) {
    heads.writeLock().lock();
    try {
      settled.forEach(hidden::remove);
      passed.clear();
      fresh.clear();
    } finally {
      heads.writeLock().unlock();
    }
    settled.clear();
    dirty = false;
    if (urgent) {
      revision.incrementAndGet();
    }
    urgent = false;
    carried = false;
    lock.lock();
    try {
      position = applied;
      served = serving;
      showIfComplete();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Adopted before visible: else the dispatcher could begin a second attempt. */
  private void announce(Applier.Effects effects) {
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= told) {
        listener.arriving(arrival.delivery());
      }
    }
    for (Applier.Move move : effects.moves) {
      if (move.by() > 0 && move.position() >= told) {
        counts.accept(move.lane(), (long) move.by());
      }
    }
    told = Math.max(told, applied);
  }

  private void freshen(Applier.Effects effects) {
    for (Rows.Delivery row : effects.touched) {
      fresh.follow(row);
    }
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= bootEnd) {
        fresh.add(arrival, revision.get());
      }
    }
  }

  private void publish(Applier.Effects effects) {
    long before = counted;
    for (Applier.Move move : effects.moves) {
      if (move.by() < 0 && move.position() >= before) {
        counts.accept(move.lane(), (long) move.by());
      }
    }
    counted = Math.max(counted, applied);
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= before) {
        listener.arrived(arrival.delivery(), arrival.part());
      }
    }
  }

  /**
   * The tables must be safe without a segment before it goes: else a crash would cost a rebuild.
   */
  private void dropUseless(Connection connection) throws SQLException {
    List<Long> useless = segments.useless(applied);
    Database open = opening;
    if (useless.isEmpty() || open == null) {
      return;
    }
    open.sync();
    for (long base : useless) {
      listener.useless(base);
      segments.forget(connection, base);
    }
    connection.commit();
  }

  /** Stops following; what is not in the tables yet is caught up at the next start. */
  @Override
  public void close() {
    closed = true;
    log.hurry();
    ready.cancel(false);
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Database open = database;
    if (open != null) {
      open.close();
    }
  }
}
