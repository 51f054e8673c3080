package org.holdfast.holdqueue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.dispatch.DispatchLoop;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.Listener;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.ContentException;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogFailedException;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hold queue on this machine's disk: log, index, lane counts and dispatcher, put together.
 *
 * <pre>
 *   store ──▶ counts ──▶ log ══fsync══▶ (250)          held ▲
 *                         ║ follows                         │
 *                         ╚═══▶ index ── arrived ──▶ DispatchLoop ──▶ NextHops
 *                                 ▲── head, lanes ──────────┘ │
 *                         log ◀── done, deferred, parked ─────┘
 * </pre>
 *
 * <p>Nothing overtakes: a lane's count rises before its message is appended and falls when the
 * index has seen the end of the delivery in the log. Until all that was held before the start is
 * counted, every lane counts as busy.
 */
public final class EmbeddedHoldQueue implements HoldQueue {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedHoldQueue.class);

  private final StoreSettings settings;
  private final DispatchLimits limits;
  private final InstantSource clock;
  private final LaneCounts counts = new LaneCounts();
  private final SegmentLog log;
  private final Room room;
  private final Index index;
  private final Questions questions;
  private final Actions actions;
  private final SpareLog spare;
  private final Fates fates;
  private final Compactor compactor;

  /** Attempts begun before their message was stored, by queue id, until the index sees it. */
  private final Map<String, List<Held>> running = new ConcurrentHashMap<>();

  /** Adopted before {@link #start}; guarded by itself. */
  private final List<Adoption> early = new ArrayList<>();

  private volatile @Nullable DispatchLoop loop;
  private volatile boolean closed;

  /** A running attempt and what it is for. */
  private record Adoption(Delivery delivery, CompletionStage<Outcome> outcome) {}

  private EmbeddedHoldQueue(
      StoreSettings settings, DispatchLimits limits, Disk disk, InstantSource clock)
      throws IOException {
    this.settings = settings;
    this.limits = limits;
    this.clock = clock;
    LogSettings segments = settings.log().fitting(settings.maxBytes());
    this.log =
        SegmentLog.open(
            disk,
            settings.directory().resolve("log"),
            settings.directory().resolve("quarantine"),
            segments,
            new SecureRandom());
    this.spare =
        new SpareLog(
            disk,
            settings.directory().resolve("ends"),
            settings.directory().resolve("quarantine"),
            SpareLog.MOST_OCTETS);
    try {
      spare.emptyInto(log);
      this.room = new Room(disk, log, settings, segments, counts::total);
    } catch (IOException | RuntimeException e) {
      closeLog();
      throw e;
    }
    this.fates = new Fates(log, spare);
    this.index =
        Index.open(log, settings.directory().resolve("index"), counts::add, new Arrivals());
    this.questions = new Questions(index);
    this.actions = new Actions(log, fates, index, questions, clock, settings.exact());
    this.compactor = new Compactor(log, index, questions, fates, room, segments);
  }

  /**
   * Opens or makes the queue in its folder and recovers it; the index is caught up in the
   * background. The caller has made sure that no other process uses the folder.
   */
  public static EmbeddedHoldQueue open(
      StoreSettings settings, DispatchLimits limits, Disk disk, InstantSource clock)
      throws IOException {
    return new EmbeddedHoldQueue(settings, limits, disk, clock);
  }

  /** Waits until all that was held at the start is known. */
  public boolean awaitReady(Duration patience) {
    return index.awaitReady(patience);
  }

  @Override
  public void start(NextHops nextHops) {
    DispatchLoop made =
        new DispatchLoop(
            new IndexBacklog(log, fates, index, questions, clock, settings.exact()),
            new ObservedNextHops(nextHops, index),
            limits,
            clock,
            new SecureRandom());
    synchronized (early) {
      early.forEach(a -> made.adopted(a.delivery, a.outcome));
      early.clear();
      loop = made;
    }
    index.whenReady(made::start);
    index.whenReady(compactor::start);
  }

  @Override
  public void store(Envelope envelope, Content content, List<Held> recipients)
      throws StoreException {
    MessageRecord message = message(envelope, content, recipients);
    long octets = Room.need(content.size(), recipients.size());
    takeRoom(octets);
    boolean stored = false;
    try {
      append(envelope, recipients, message.entry(content));
      stored = true;
    } finally {
      room.settle(octets, stored);
    }
  }

  private void append(Envelope envelope, List<Held> recipients, Entry message)
      throws StoreException {
    recipients.forEach(held -> count(held, 1));
    if (recipients.stream().anyMatch(held -> held.running() != null)) {
      running.put(envelope.id(), List.copyOf(recipients));
    }
    try {
      log.append(List.of(message));
    } catch (IOException e) {
      recipients.forEach(held -> count(held, -1));
      running.remove(envelope.id());
      throw refusal(e);
    }
  }

  private static MessageRecord message(Envelope envelope, Content content, List<Held> recipients) {
    if (recipients.isEmpty() || recipients.size() > Key.RECIPIENTS) {
      throw new IllegalArgumentException("1 to " + Key.RECIPIENTS + " recipients");
    }
    List<MessageRecord.Part> parts = new ArrayList<>(recipients.size());
    for (Held held : recipients) {
      parts.add(
          new MessageRecord.Part(
              parts.size(),
              0,
              held.recipient(),
              held.nextHop(),
              held.entry(),
              held.reason(),
              held.entry() == Held.Entry.DEFERRED ? 1 : 0));
    }
    return new MessageRecord(0, envelope, parts, content.size());
  }

  private void count(Held held, long by) {
    if (held.entry() != Held.Entry.PARKED) {
      counts.add(held.recipient().lane(), by);
    }
  }

  private void takeRoom(long octets) throws StoreException {
    if (closed) {
      throw new StoreException(StoreException.Cause.CLOSED, "the queue is closed");
    }
    Optional<String> failed = failure();
    if (failed.isPresent()) {
      throw new StoreException(StoreException.Cause.FAILED, failed.get());
    }
    Optional<String> full = room.take(octets);
    if (full.isPresent()) {
      throw new StoreException(StoreException.Cause.NO_ROOM, full.get());
    }
  }

  private StoreException refusal(IOException e) {
    StoreException.Cause why =
        switch (e) {
          case LogFailedException failed -> StoreException.Cause.FAILED;
          case ContentException unreadable -> StoreException.Cause.FAILED;
          default -> closed ? StoreException.Cause.CLOSED : StoreException.Cause.FAILED;
        };
    return new StoreException(why, String.valueOf(e.getMessage()), e);
  }

  @Override
  public boolean hasBacklog(String lane) {
    return !index.ready() || counts.busy(lane);
  }

  @Override
  public void opened(Lanes lanes) {
    if (lanes instanceof Lanes.One || lanes instanceof Lanes.All) {
      index.status(lanes, false);
    }
    // More relocations came at once than could be remembered: then nobody is left out by asking
    // all.
    boolean all = lanes instanceof Lanes.NextHop && index.misfiled();
    ifStarted(l -> l.opened(all ? new Lanes.All() : lanes));
  }

  @Override
  public void shut(Lanes lanes) {
    index.status(lanes, true);
    ifStarted(l -> l.shut(lanes));
  }

  private void ifStarted(java.util.function.Consumer<DispatchLoop> then) {
    DispatchLoop started = loop;
    if (started != null) {
      then.accept(started);
    }
  }

  @Override
  public void relocated(String lane, String nextHop) {
    index.status(lane, null, nextHop);
  }

  /** What the dispatcher is doing; empty before {@link #start}. */
  public Optional<DispatchStatus> dispatching() {
    return Optional.ofNullable(loop).map(DispatchLoop::status);
  }

  /** Damaged ranges of the log met since the start; each has a copy in the quarantine. */
  public long damagedRanges() {
    return log.damagedRanges();
  }

  @Override
  public QueueSummary summary() {
    return asking(() -> {
      List<QueueSummary.Totals> totals = questions.totals();
      Map<String, Long> messages = questions.messages();
      Instant oldest =
          totals.stream()
              .map(QueueSummary.Totals::oldest)
              .filter(Objects::nonNull)
              .min(Instant::compareTo)
              .orElse(null);
      return new QueueSummary(
          totals,
          messages.getOrDefault("messages", 0L),
          messages.getOrDefault("octets", 0L),
          oldest,
          log.octets(),
          room.free(),
          trouble().orElse(null));
    });
  }

  @Override
  public LaneSummary lane(String lane) {
    return asking(() -> questions.summary(lane));
  }

  @Override
  public List<QueueItem> list(QueueFilter filter, @Nullable String after, int limit) {
    long from = after == null ? -1 : Long.parseLong(after);
    return asking(() -> questions.items(filter, from, limit));
  }

  @Override
  public List<QueueItem> message(String id) {
    return list(QueueFilter.message(id), null, Key.RECIPIENTS);
  }

  @Override
  public List<Attempt> history(String id) {
    return asking(() -> questions.history(id));
  }

  @Override
  public Optional<Content> content(String id) {
    return asking(() -> {
      Optional<Long> position = questions.position(id);
      return position.isPresent()
          ? Optional.of(LoggedContent.read(log, position.get(), 0))
          : Optional.empty();
    });
  }

  @Override
  public int retry(QueueFilter filter, String who) {
    return acting(filter, (row, id) -> actions.fate(FateRecord.Kind.RETRIED, row, id, who, ""));
  }

  @Override
  public int park(QueueFilter filter, String who, String reason) {
    return acting(filter, (row, id) -> actions.fate(FateRecord.Kind.PARKED, row, id, who, reason));
  }

  @Override
  public int discard(QueueFilter filter, String who, String reason) {
    return acting(
        filter, (row, id) -> actions.fate(FateRecord.Kind.DISCARDED, row, id, who, reason));
  }

  @Override
  public int redirect(QueueFilter filter, Recipient to, String nextHop, String who) {
    return acting(filter, (row, id) -> actions.redirect(row, id, to, nextHop, who));
  }

  private int acting(QueueFilter filter, Actions.Verdict verdict) {
    try {
      return actions.run(filter, verdict, lane -> ifStarted(l -> l.changed(lane)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Something asked of the index and the log. */
  private interface Asked<T> {
    T answer() throws IOException;
  }

  /** What was stored before the question is in the answer, if the index comes up in time. */
  private <T> T asking(Asked<T> asked) {
    try {
      if (!index.await(synced(), settings.exact())) {
        throw new NotYetKnownException(settings.exact());
      }
      return asked.answer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The log's end; of a log that fails, or just did, what can be read. */
  private long synced() throws IOException {
    if (log.failure().isPresent() || closed) {
      return log.end();
    }
    try {
      return log.sync();
    } catch (LogFailedException e) {
      LOG.debug("a question found the log failing", e);
      return log.end();
    }
  }

  @Override
  public Optional<String> trouble() {
    return failure().or(index::trouble).or(() -> room.refusal(0));
  }

  /** What only a restart can mend. */
  private Optional<String> failure() {
    return log.failure()
        .or(index::failure)
        .or(() -> Optional.ofNullable(loop).flatMap(DispatchLoop::failure));
  }

  /** For tests, which do not wait for its thread. */
  Compactor compactor() {
    return compactor;
  }

  /** For tests: what makes an index die. */
  Index index() {
    return index;
  }

  @Override
  public Optional<StoreException.Cause> refusal(long octets) {
    if (closed) {
      return Optional.of(StoreException.Cause.CLOSED);
    }
    return failure().isPresent()
        ? Optional.of(StoreException.Cause.FAILED)
        : room.refusal(octets).map(_ -> StoreException.Cause.NO_ROOM);
  }

  @Override
  public DispatchStatus dispatch() {
    DispatchLoop running = loop;
    return running == null
        ? new DispatchStatus(clock.instant(), List.of(), 0, 0, false)
        : running.status();
  }

  @Override
  public void stop(Duration patience) {
    ifStarted(l -> l.stop(patience));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop(Duration.ZERO);
    closed = true;
    compactor.close();
    index.close();
    spare.close();
    closeLog();
  }

  private void closeLog() {
    try {
      log.close();
    } catch (IOException e) {
      LOG.error("the log did not close in order; it is recovered at the next start", e);
    }
  }

  /** Passes what the index sees on to the dispatcher. */
  private final class Arrivals implements Listener {

    /** A segment could not be deleted. The index's thread only. */
    private boolean undeletable;

    @Override
    public void arriving(Delivery delivery) {
      List<Held> held = running.get(delivery.envelope().id());
      CompletionStage<Outcome> attempt =
          held == null ? null : held.get(delivery.number()).running();
      if (attempt != null) {
        adopt(new Adoption(delivery, attempt));
      }
    }

    private void adopt(Adoption adoption) {
      synchronized (early) {
        DispatchLoop started = loop;
        if (started == null) {
          early.add(adoption);
        } else {
          started.adopted(adoption.delivery, adoption.outcome);
        }
      }
    }

    @Override
    public void arrived(Delivery delivery, MessageRecord.Part part) {
      running.remove(delivery.envelope().id());
      ifStarted(l -> l.held(part.recipient().lane(), part.nextHop(), part.entry()));
    }

    /**
     * In the order of the log, and none after one that could not be deleted: the ends in a later
     * segment must not go before the mail in an earlier one, which an index made from the log would
     * take for held.
     */
    @Override
    public void useless(long segment) {
      if (undeletable) {
        return;
      }
      try {
        log.delete(segment);
      } catch (IOException e) {
        undeletable = true;
        LOG.error("segment {} cannot be deleted; none is until the next start", segment, e);
      }
    }
  }
}
