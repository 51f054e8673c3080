package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.dispatch.Backlog;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.dispatch.DrivenDispatch;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.DrivenLog;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.holdfast.holdqueue.simulation.Agenda;
import org.jspecify.annotations.Nullable;

/**
 * A hold queue without threads, driven by an {@link Agenda}. Real: the log and its recovery, its
 * records, the spare log, the lanes' counts, the contents read back, the dispatcher. In place of
 * the SQLite index: {@link DrivenRows}, read from the log. What {@link EmbeddedHoldQueue}, {@link
 * MessageStore}, {@link Arrivals} and {@link IndexBacklog} do with these is told again here.
 */
public final class DrivenQueue implements HoldQueue {

  /** The rows are at most this far behind the log. */
  private static final long FOLLOWING = 5 * Agenda.MILLI;

  /** {@link LogSettings#lazyNanos} of a simulation. */
  private static final long LAZY = 100 * Agenda.MILLI;

  /** Recovery is over, and what is held is known, this long after the start. */
  private static final long READY = 50 * Agenda.MILLI;

  private static final LogSettings LOG = new LogSettings(4_096, 1_024, Long.MAX_VALUE / 4);

  /** What this queue is made to do wrong: kept to show that the simulation notices. */
  public enum Fault {
    NONE,
    FORGETS_ENDS,
    READS_BACKWARDS,
    IGNORES_RUNNING_ATTEMPTS,
    STORES_LAZILY,
    DELETES_TOO_MUCH
  }

  /** Hears what became of deliveries. */
  public interface Watcher {
    /** A message is on stable storage. */
    void stored(Envelope envelope, List<Held> recipients);

    /** How an attempt ended is written. */
    void ended(Delivery delivery, Outcome outcome, java.time.@Nullable Instant nextAttempt);

    /** Ends that were written are on stable storage now. */
    void durable(List<Delivery> ended);
  }

  private final Disk disk;
  private final Path directory;
  private final Agenda agenda;
  private final Agenda.Life life;
  private final Watcher watcher;
  private final Fault fault;
  private final LaneCounts counts = new LaneCounts();
  private final DrivenRows rows = new DrivenRows(counts);
  private final SegmentLog log;
  private final SpareLog spare;
  private final Fates fates;
  private final Consumer<DispatchStatus> turned;
  private final DispatchLimits limits;
  private final long minFree;
  private @Nullable DrivenDispatch dispatch;
  private long applied;
  private boolean ready;
  private boolean dirty;
  private boolean following;
  private boolean undeletable;

  /** Written lazily, not synced yet. */
  private final List<Delivery> lazy = new ArrayList<>();

  /**
   * Recovers what is on the disk.
   *
   * @param minFree octets on the disk below which mail is refused
   */
  public DrivenQueue(
      Disk disk,
      Path directory,
      long minFree,
      DispatchLimits limits,
      Agenda.Life life,
      Watcher watcher,
      Consumer<DispatchStatus> turned,
      Fault fault)
      throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.minFree = minFree;
    this.limits = limits;
    this.life = life;
    this.agenda = life.agenda();
    this.watcher = watcher;
    this.turned = turned;
    this.fault = fault;
    this.log = DrivenLog.open(disk, directory.resolve("log"), directory.resolve("quarantine"), LOG);
    this.spare =
        new SpareLog(
            disk, directory.resolve("ends"), directory.resolve("quarantine"), SpareLog.MOST_OCTETS);
    spare.emptyInto(log);
    this.fates = new Fates(log, spare);
    this.applied =
        log.replay(
            0,
            log.end(),
            false,
            record -> {
              boolean forgotten =
                  fault == Fault.FORGETS_ENDS
                      && record.type() != MessageRecord.TYPE
                      && agenda.chance(20);
              if (!forgotten) {
                rows.take(record, new DrivenRows.Effects()).run();
              }
            });
    rows.recovered();
  }

  // ---- as EmbeddedHoldQueue's

  @Override
  public void start(NextHops nextHops) {
    life.within(
        READY,
        () -> {
          DrivenDispatch made =
              new DrivenDispatch(new Rows(), new Observed(nextHops), limits, life, turned);
          dispatch = made;
          early.forEach(then -> then.accept(made));
          early.clear();
          ready = true;
          made.start();
        });
  }

  /** Said before the dispatcher was there: adoptions, which it must hear of. */
  private final List<Consumer<DrivenDispatch>> early = new ArrayList<>();

  private void told(Consumer<DrivenDispatch> then) {
    DrivenDispatch started = dispatch;
    if (started == null) {
      early.add(then);
    } else {
      then.accept(started);
    }
  }

  @Override
  public void store(Envelope envelope, Content content, List<Held> recipients)
      throws StoreException {
    Optional<StoreException.Cause> refused = refusal(content.size());
    if (refused.isPresent()) {
      throw new StoreException(refused.get(), "refused");
    }
    MessageRecord message =
        MessageStore.message(envelope, content, recipients, agenda.instant(), _ -> null);
    recipients.forEach(held -> count(held, 1));
    rows.running.put(envelope.id(), List.copyOf(running(recipients)));
    try {
      append(List.of(message.entry(content)));
    } catch (IOException e) {
      recipients.forEach(held -> count(held, -1));
      rows.running.remove(envelope.id());
      throw new StoreException(StoreException.Cause.FAILED, String.valueOf(e.getMessage()), e);
    }
    watcher.stored(envelope, recipients);
    follow();
  }

  private List<Held> running(List<Held> recipients) {
    return fault != Fault.IGNORES_RUNNING_ATTEMPTS
        ? recipients
        : recipients.stream()
            .map(h -> new Held(h.recipient(), h.nextHop(), h.entry(), h.reason(), null))
            .toList();
  }

  private void count(Held held, long by) {
    if (held.entry() != Held.Entry.PARKED) {
      counts.add(held.recipient().lane(), by);
    }
  }

  private void append(List<Entry> entries) throws IOException {
    if (fault == Fault.STORES_LAZILY) {
      log.appendWritten(entries);
      dirtied();
    } else {
      log.append(entries);
      synced();
    }
  }

  @Override
  public boolean hasBacklog(String lane) {
    return !ready || counts.busy(lane);
  }

  @Override
  public Optional<StoreException.Cause> refusal(long octets) {
    if (log.failure().isPresent()) {
      return Optional.of(StoreException.Cause.FAILED);
    }
    try {
      return disk.freeSpace(directory) - octets < minFree
          ? Optional.of(StoreException.Cause.NO_ROOM)
          : Optional.empty();
    } catch (IOException _) {
      return Optional.of(StoreException.Cause.FAILED);
    }
  }

  @Override
  public void opened(Lanes lanes) {
    if (dispatch != null && !isIdle(lanes)) {
      dispatch.opened(lanes);
    }
  }

  @Override
  public void shut(Lanes lanes) {
    if (dispatch != null && !isIdle(lanes)) {
      dispatch.shut(lanes);
    }
  }

  private boolean isIdle(Lanes lanes) {
    return lanes instanceof Lanes.One(String lane) && !hasBacklog(lane);
  }

  @Override
  public void relocated(String lane, String nextHop) {
    DrivenRows.LaneRows known = rows.lanes.get(lane);
    if (known != null) {
      known.nextHop = nextHop;
    }
  }

  /** As {@link ObservedNextHops}: a lane is filed where its way leads. */
  private final class Observed implements NextHops {
    private final NextHops real;

    Observed(NextHops real) {
      this.real = real;
    }

    @Override
    public Way way(String lane) {
      Way way = real.way(lane);
      switch (way) {
        case Way.Open open -> relocated(lane, open.nextHop());
        case Way.Shut shut when !shut.nextHop().isEmpty() -> relocated(lane, shut.nextHop());
        case Way.Shut _ -> {}
        case Way.Unknown _ -> {}
      }
      return way;
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      real.attempt(delivery, content, done);
    }
  }

  // ---- the log

  private void dirtied() {
    if (!dirty) {
      dirty = true;
      life.at(agenda.now() + LAZY, this::syncLate);
    }
  }

  private void syncLate() {
    if (!dirty) {
      return;
    }
    try {
      long _ = log.sync();
      synced();
      follow();
    } catch (IOException _) {
      dirty = false; // the log has failed, and says so to who stores next
    }
  }

  private void synced() {
    dirty = false;
    if (!lazy.isEmpty()) {
      watcher.durable(List.copyOf(lazy));
      lazy.clear();
    }
  }

  /** The rows follow, a little later. */
  private void follow() {
    if (!following) {
      following = true;
      life.within(FOLLOWING, this::followNow);
    }
  }

  private void followNow() {
    following = false;
    DrivenRows.Effects effects = new DrivenRows.Effects();
    List<Runnable> read = new ArrayList<>();
    try {
      applied = log.replay(applied, log.end(), false, r -> read.add(rows.take(r, effects)));
    } catch (IOException _) {
      life.at(agenda.now() + Agenda.SECOND, this::follow); // a passing read error
      return;
    }
    read.forEach(Runnable::run);
    for (DrivenRows.Arrival arrival : effects.arrivals) {
      var running = arrival.running();
      if (running != null) {
        told(d -> d.adopted(arrival.row().delivery, running));
      }
    }
    for (DrivenRows.Arrival arrival : effects.arrivals) {
      if (dispatch != null) {
        dispatch.held(DrivenRows.lane(arrival.row()), arrival.nextHop(), arrival.entry());
      }
    }
    effects.reappeared.forEach(lane -> told(d -> d.changed(lane)));
    dropUseless();
  }

  /** From the first on, never one with another before it: see {@link Arrivals#useless}. */
  private void dropUseless() {
    long needed =
        fault == Fault.DELETES_TOO_MUCH ? Long.MAX_VALUE : Math.min(rows.oldest(), applied);
    List<Long> segments = log.segments();
    for (int i = 0; i + 1 < segments.size() && !undeletable; i++) {
      if (segments.get(i + 1) > needed) {
        return;
      }
      try {
        log.delete(segments.get(i));
      } catch (IOException _) {
        undeletable = true;
      }
    }
  }

  // ---- what the dispatcher reads and writes: as IndexBacklog's

  private final class Rows implements Backlog {

    @Override
    public List<Delivery> head(String lane, int limit) {
      DrivenRows.LaneRows known = rows.lanes.get(lane);
      if (known == null) {
        return List.of();
      }
      var inOrder = fault == Fault.READS_BACKWARDS ? known.rows.descendingMap() : known.rows;
      return inOrder.values().stream()
          .filter(rows::isWaiting)
          .limit(limit)
          .map(DrivenRows.Row::now)
          .toList();
    }

    @Override
    public List<Place> lanes(Lanes which, @Nullable String after, int limit) {
      List<Place> page = new ArrayList<>();
      var lanes = after == null ? rows.lanes : rows.lanes.tailMap(after, false);
      for (Map.Entry<String, DrivenRows.LaneRows> each : lanes.entrySet()) {
        boolean waits = each.getValue().rows.values().stream().anyMatch(rows::isWaiting);
        if (page.size() < limit && waits && isAmong(which, each.getKey(), each.getValue())) {
          page.add(new Place(each.getKey(), each.getValue().nextHop));
        }
      }
      return page;
    }

    private static boolean isAmong(Lanes which, String lane, DrivenRows.LaneRows is) {
      return switch (which) {
        case Lanes.One(String name) -> name.equals(lane);
        case Lanes.Domain(String domain) -> lane.endsWith("@" + domain);
        case Lanes.NextHop(String name) -> name.equals(is.nextHop);
        case Lanes.All() -> true;
      };
    }

    @Override
    public Optional<Content> content(Delivery delivery) throws IOException {
      DrivenRows.Row row = rows.byKey.get(key(delivery));
      return row == null || !rows.isWaiting(row)
          ? Optional.empty()
          : Optional.of(LoggedContent.read(log, row.position, delivery.size()));
    }

    @Override
    public void record(List<Ended> batch) throws IOException {
      List<Entry> entries = new ArrayList<>();
      List<Delivery> gone = new ArrayList<>();
      for (Ended ended : batch) {
        FateRecord.Kind kind = kind(ended.outcome());
        entries.add(
            fate(kind, ended.delivery(), ended.outcome().reply())
                .next(ended.nextAttempt())
                .entry());
        if (kind != FateRecord.Kind.DEFERRED && kind != FateRecord.Kind.UNCERTAIN) {
          gone.add(ended.delivery());
        }
      }
      if (gone.isEmpty()) {
        fates.appendSoon(entries);
      } else {
        write(entries, gone);
      }
      for (Ended ended : batch) {
        watcher.ended(ended.delivery(), ended.outcome(), ended.nextAttempt());
      }
      dirtied();
    }

    private void write(List<Entry> entries, List<Delivery> gone) throws IOException {
      gone.forEach(delivery -> rows.hidden.add(key(delivery)));
      boolean failedBefore = log.failure().isPresent();
      try {
        fates.appendWritten(entries);
      } catch (IOException e) {
        gone.forEach(delivery -> rows.hidden.remove(key(delivery)));
        throw e;
      }
      if (failedBefore || log.failure().isPresent()) {
        watcher.durable(gone); // the spare log syncs before it returns
      } else {
        lazy.addAll(gone);
      }
    }

    private static FateRecord.Kind kind(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Delivered _ -> FateRecord.Kind.DELIVERED;
        case Outcome.Deferred _ -> FateRecord.Kind.DEFERRED;
        case Outcome.Uncertain _ -> FateRecord.Kind.UNCERTAIN;
        case Outcome.Refused _ -> FateRecord.Kind.REFUSED;
        case Outcome.Returned _ -> FateRecord.Kind.RETURNED;
        case Outcome.Shut _ -> throw new IllegalArgumentException("nothing was tried");
      };
    }
  }

  private FateRecord fate(FateRecord.Kind kind, Delivery delivery, String text) {
    return FateRecord.of(kind, key(delivery), delivery.envelope().id(), agenda.instant(), "", text);
  }

  private static long key(Delivery delivery) {
    return Key.of(delivery.sequence(), delivery.number());
  }

  // ---- what a person does: as Actions'

  /**
   * Puts it back; false: it is not there.
   *
   * @throws IOException it may be done, or not: only a restart can tell
   */
  public boolean retry(Delivery delivery) throws IOException {
    return act(delivery, fate(FateRecord.Kind.RETRIED, delivery, ""), null);
  }

  public boolean park(Delivery delivery) throws IOException {
    return act(delivery, fate(FateRecord.Kind.PARKED, delivery, ""), null);
  }

  public boolean discard(Delivery delivery) throws IOException {
    return act(delivery, fate(FateRecord.Kind.DISCARDED, delivery, ""), null);
  }

  public boolean redirect(Delivery delivery, Recipient to, String nextHop) throws IOException {
    return act(delivery, fate(FateRecord.Kind.REDIRECTED, delivery, ""), new Target(to, nextHop));
  }

  private record Target(Recipient to, String nextHop) {}

  private boolean act(Delivery delivery, FateRecord fate, @Nullable Target target)
      throws IOException {
    followNow();
    if (!rows.byKey.containsKey(key(delivery))) {
      return false;
    }
    FateRecord done =
        new FateRecord(
            fate.kind(),
            fate.key(),
            fate.id(),
            fate.at(),
            "operator",
            fate.text(),
            0,
            target == null ? null : target.to,
            target == null ? "" : target.nextHop);
    fates.append(List.of(done.entry()));
    synced();
    followNow();
    if (dispatch != null) {
      dispatch.changed(delivery.recipient().lane());
      if (target != null) {
        dispatch.changed(target.to.lane());
      }
    }
    return true;
  }

  // ---- for who checks

  /** A delivery that is held. */
  public record Item(Delivery delivery, boolean parked) {}

  /** Everything that is held, but for what ended a moment ago. */
  public List<Item> items() {
    return rows.byKey.values().stream()
        .filter(row -> !rows.hidden.contains(row.key))
        .sorted(java.util.Comparator.comparingLong(row -> row.key))
        .map(row -> new Item(row.now(), row.parked))
        .toList();
  }

  /** The first delivery of each lane that waits. */
  public Map<String, Delivery> heads() {
    Map<String, Delivery> heads = new java.util.TreeMap<>();
    rows.lanes.forEach((lane, held) ->
        held.rows.values().stream()
            .filter(rows::isWaiting)
            .findFirst()
            .ifPresent(row -> heads.put(lane, row.delivery)));
    return heads;
  }

  /** Why only a restart helps; empty while all is well. */
  @Override
  public Optional<String> trouble() {
    return log.failure();
  }

  /** Nothing is begun any more; what is open is not waited for. */
  @Override
  public void stop(Duration patience) {
    if (dispatch != null) {
      dispatch.stop();
    }
  }

  /** In order; the disk may refuse. */
  @Override
  public void close() {
    try {
      spare.close();
      log.close();
    } catch (IOException _) {
      // as after a crash
    }
  }

  @Override
  public DispatchStatus dispatch() {
    return Objects.requireNonNull(dispatch).status();
  }

  // ---- operators' questions, which have no part in this

  @Override
  public QueueSummary summary() {
    throw new UnsupportedOperationException();
  }

  @Override
  public LaneSummary lane(String lane) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<QueueItem> list(QueueFilter filter, @Nullable String after, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<QueueItem> message(String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Attempt> history(String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Content> content(String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long count(QueueFilter filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<LaneSummary> waiting(Collection<String> lanes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long act(QueueFilter filter, QueueAction action, LongConsumer soFar) {
    throw new UnsupportedOperationException();
  }
}
