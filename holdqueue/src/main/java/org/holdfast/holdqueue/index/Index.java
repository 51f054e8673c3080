package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  /** The wait before the index is tried anew after it failed. */
  private static final Duration MEND = Duration.ofSeconds(1);

  /**
   * Most lane statuses waiting to be written; further ones are left to the next time it is asked.
   */
  private static final int STATUSES = 100_000;

  private final SegmentLog log;
  private final Path directory;
  private final Listener listener;
  private final BiConsumer<String, Long> counts;
  private final long bootEnd;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Map<Long, Rows.Segment> segments = new HashMap<>();
  private final Map<String, Status> statuses = new ConcurrentHashMap<>();
  private volatile boolean misfiled;
  private final Queue<Wide> wides = new ConcurrentLinkedQueue<>();

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

  // The index's thread only.
  private long applied;
  private long complete;
  private @Nullable Database opening;
  private long dirtySince;
  private boolean dirty;
  private boolean urgent;

  /** The segment written to when useless ones were last looked for. */
  private long active;

  /** A message was carried forward: its old segment may be useless when the tables are written. */
  private boolean carried;

  private long counted;
  private boolean bodies;
  private final List<Long> settled = new ArrayList<>();

  /** What is known of one lane's way; null: unchanged. */
  private record Status(@Nullable Boolean shut, @Nullable String nextHop) {
    Status and(Status later) {
      return new Status(
          later.shut != null ? later.shut : shut, later.nextHop != null ? later.nextHop : nextHop);
    }
  }

  /** Many lanes were opened or shut. */
  private record Wide(Lanes lanes, boolean shut) {}

  private Index(
      SegmentLog log, Path directory, BiConsumer<String, Long> counts, Listener listener) {
    this.log = log;
    this.directory = directory;
    this.counts = counts;
    this.listener = listener;
    this.bootEnd = log.end();
    this.counted = bootEnd;
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
    if (statuses.size() < STATUSES) {
      statuses.merge(lane, new Status(shut, nextHop), Status::and);
    } else if (nextHop != null) {
      misfiled = true;
    }
  }

  /**
   * Some lane may be filed under a next hop that its mail does not go to any more: a walk by next
   * hop would miss it. Stays so until the next start, which asks every lane.
   */
  public boolean misfiled() {
    return misfiled;
  }

  /** Many lanes were opened or shut, for lists and totals. */
  public void status(Lanes lanes, boolean shut) {
    wides.add(new Wide(lanes, shut));
  }

  /** A connection for a question; the caller closes it. */
  Connection connection() throws SQLException {
    return database().connection();
  }

  Database database() throws SQLException {
    Database open = database;
    if (open == null) {
      throw new SQLException("the index is being opened");
    }
    return open;
  }

  SegmentLog log() {
    return log;
  }

  private void run() {
    while (!closed) {
      try {
        follow();
      } catch (SQLException | IOException | RuntimeException e) {
        if (!closed) {
          mend(e);
        }
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

  /** Drops the tables; they are made anew from the log. */
  private void mend(Exception because) {
    LOG.error("the index failed; it is rebuilt from the log", because);
    Database broken = database;
    database = null;
    if (broken != null) {
      broken.close();
    }
    try {
      Thread.sleep(MEND);
      Database.delete(directory);
    } catch (IOException e) {
      LOG.error("the index's files cannot be deleted", e);
    } catch (InterruptedException e) {
      LOG.warn("somebody interrupted the index's thread; ignored");
    }
  }

  private void follow() throws SQLException, IOException {
    Database opened = openOrRebuild();
    try (Connection connection = opened.connection()) {
      connection.setAutoCommit(false);
      load(connection);
      complete = ready.isDone() ? log.end() : bootEnd;
      opening = opened;
      showIfComplete();
      Batch batch = new Batch(new Statements(connection), this::segmentOf);
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

  private Database openOrRebuild() throws SQLException, IOException {
    try {
      return Database.open(directory);
    } catch (SQLException | RuntimeException e) {
      LOG.warn("the index cannot be used and is rebuilt from the log", e);
      Database.delete(directory);
      return Database.open(directory);
    }
  }

  private void load(Connection connection) throws SQLException {
    segments.clear();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery("select v from meta where k = 'position'")) {
        row.next();
        position = row.getLong(1);
      }
      try (ResultSet rows = statement.executeQuery("select base, live from segment")) {
        while (rows.next()) {
          segment(rows.getLong(1)).live = rows.getLong(2);
        }
      }
      try (ResultSet rows = statement.executeQuery("select base, target from reference")) {
        while (rows.next()) {
          segment(rows.getLong(1)).refer(rows.getLong(2));
          segment(rows.getLong(1)).newTargets();
        }
      }
    }
    checkAgainstLog();
    forget();
    applied = position;
    bodies = position == 0;
    LOG.info("index complete up to {}, log ends at {}", position, log.end());
  }

  private Rows.Segment segment(long base) {
    return segments.computeIfAbsent(base, b -> new Rows.Segment());
  }

  /** An index that is ahead of the log, or knows live mail in a segment that is gone, is wrong. */
  private void checkAgainstLog() throws SQLException {
    if (position > log.end()) {
      throw new SQLException("the index is ahead of the log");
    }
    Set<Long> there = new HashSet<>(log.segments());
    for (Map.Entry<Long, Rows.Segment> each : segments.entrySet()) {
      if (each.getValue().live > 0 && !there.contains(each.getKey())) {
        throw new SQLException("the index knows mail in a segment that is gone: " + each.getKey());
      }
    }
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
    if (applied >= bootEnd && !ready.isDone()) {
      write(connection, batch);
      loadCounts(connection);
      ready.complete(null);
    }
    if (waitForMore()) {
      take(connection, batch, log.end());
    }
    if (mustWrite(batch)) {
      write(connection, batch);
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
    if (!statuses.isEmpty() || !wides.isEmpty()) {
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
    applied = log.replay(applied, until, bodies, applier::take);
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
    writeStatuses(batch);
    writeSegments(connection);
    writePosition(connection, applied);
    connection.commit();
    long last = log.segments().getLast();
    boolean fewer = carried || !settled.isEmpty() || last != active;
    written(serving);
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

  private long segmentOf(long recordPosition) {
    return log.segmentHolding(recordPosition);
  }

  private void writeStatuses(Batch batch) throws SQLException {
    for (Wide wide = wides.poll(); wide != null; wide = wides.poll()) {
      write(batch, wide);
    }
    for (String name : List.copyOf(statuses.keySet())) {
      Status status = statuses.remove(name);
      Rows.Lane lane = status == null ? null : batch.lane(name);
      if (lane != null && status != null) {
        write(lane, status);
      }
    }
    batch.flush();
  }

  private static void write(Batch batch, Wide wide) throws SQLException {
    String set = "update lane set shut = ? where ";
    switch (wide.lanes) {
      case Lanes.One one -> batch.update(set + "lane = ?", wide.shut, one.lane());
      case Lanes.Domain domain -> batch.update(set + "domain = ?", wide.shut, domain.domain());
      case Lanes.NextHop hop -> batch.update(set + "nexthop = ?", wide.shut, hop.nextHop());
      case Lanes.All all -> batch.update(set + "true", wide.shut);
    }
  }

  private static void write(Rows.Lane lane, Status status) {
    if (status.shut != null && status.shut != lane.shut) {
      lane.shut = status.shut;
      lane.changed();
    }
    if (status.nextHop != null && !status.nextHop.equals(lane.nextHop)) {
      lane.nextHop = status.nextHop;
      lane.changed();
    }
  }

  /** Adopted before visible: else the dispatcher could begin a second attempt. */
  private void announce(Applier.Effects effects) {
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= bootEnd) {
        listener.arriving(arrival.delivery());
      }
    }
    for (Applier.Move move : effects.moves) {
      if (move.by() > 0 && move.position() >= counted) {
        counts.accept(move.lane(), (long) move.by());
      }
    }
  }

  private void writeSegments(Connection connection) throws SQLException {
    try (PreparedStatement live =
            connection.prepareStatement("merge into segment key (base) values (?, ?)");
        PreparedStatement target =
            connection.prepareStatement("merge into reference key (base, target) values (?, ?)")) {
      for (Map.Entry<Long, Rows.Segment> each : segments.entrySet()) {
        Rows.Segment segment = each.getValue();
        if (segment.writtenLive != segment.live) {
          live.setLong(1, each.getKey());
          live.setLong(2, segment.live);
          live.addBatch();
          segment.writtenLive = segment.live;
        }
        for (long to : segment.newTargets()) {
          target.setLong(1, each.getKey());
          target.setLong(2, to);
          target.addBatch();
        }
      }
      live.executeBatch();
      target.executeBatch();
    }
  }

  private static void writePosition(Connection connection, long reached) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("update meta set v = ? where k = 'position'")) {
      update.setLong(1, reached);
      update.executeUpdate();
    }
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
    for (Applier.Move move : effects.moves) {
      if (move.by() < 0 && move.position() >= counted) {
        counts.accept(move.lane(), (long) move.by());
      }
    }
    counted = Math.max(counted, applied);
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= bootEnd) {
        listener.arrived(arrival.delivery(), arrival.part());
      }
    }
  }

  /**
   * The tables must be safe without a segment before it goes: else a crash would cost a rebuild.
   */
  private void dropUseless(Connection connection) throws SQLException {
    List<Long> useless = useless();
    if (useless.isEmpty()) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("checkpoint sync");
      for (long base : useless) {
        listener.useless(base);
        segments.remove(base);
        statement.executeUpdate("delete from segment where base = " + base);
        statement.executeUpdate("delete from reference where base = " + base);
      }
    }
    connection.commit();
  }

  /**
   * Segments that hold no live message and whose records speak only of messages that are gone with
   * segments deleted before, or with this one: a rebuild would not miss them. Only those that were
   * read to their end: whether one further on holds a live message is not known yet.
   */
  private List<Long> useless() {
    List<Long> found = new ArrayList<>();
    Set<Long> there = new HashSet<>(log.segments());
    for (long base : log.segments()) {
      if (base + log.segmentLength(base) > applied) {
        break;
      }
      Rows.Segment segment = segment(base);
      boolean free =
          segment.live == 0
              && segment.targets.stream().noneMatch(t -> t != base && there.contains(t));
      if (free && base != log.segments().getLast()) {
        found.add(base);
        there.remove(base);
      }
    }
    return found;
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
