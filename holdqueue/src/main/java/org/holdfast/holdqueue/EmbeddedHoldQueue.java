package org.holdfast.holdqueue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.dispatch.DispatchLoop;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.ContentException;
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

  private final Arrivals arrivals;
  private final MessageStore messages;
  private final FirstTry tries;
  private final Repeats repeats;
  private final Listing listing;
  private volatile @Nullable IndexBacklog backlog;
  private volatile boolean closed;

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
    this.arrivals = new Arrivals(log);
    this.messages = new MessageStore(log, counts, room, arrivals);
    this.index = Index.open(log, settings.directory().resolve("index"), counts::add, arrivals);
    this.questions = new Questions(index);
    this.tries = new FirstTry(clock, arrivals, new SecureRandom(), limits);
    this.repeats = new Repeats(clock, index::revision);
    this.listing = new Listing(questions, repeats, tries);
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
    IndexBacklog held =
        new IndexBacklog(log, fates, index, questions, clock, settings.exact(), repeats);
    backlog = held;
    DispatchLoop made =
        new DispatchLoop(
            held, new ObservedNextHops(nextHops, index), limits, clock, new SecureRandom());
    arrivals.start(made);
    index.whenReady(made::start);
    index.whenReady(compactor::start);
  }

  @Override
  public void store(Envelope envelope, Content content, List<Held> recipients)
      throws StoreException {
    MessageRecord message =
        MessageStore.message(envelope, content, recipients, tries.now(), tries::of);
    refuseIfStopped();
    try {
      messages.store(message, content, recipients);
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw refusal(e);
    }
  }

  private void refuseIfStopped() throws StoreException {
    if (closed) {
      throw new StoreException(StoreException.Cause.CLOSED, "the queue is closed");
    }
    Optional<String> failed = failure();
    if (failed.isPresent()) {
      throw new StoreException(StoreException.Cause.FAILED, failed.get());
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
    if (isIdle(lanes)) {
      return;
    }
    // More relocations came at once than could be remembered: then nobody is left out by asking
    // all.
    boolean all = lanes instanceof Lanes.NextHop && index.misfiled();
    arrivals.ifStarted(l -> l.opened(all ? new Lanes.All() : lanes));
  }

  @Override
  public void shut(Lanes lanes) {
    index.status(lanes, true);
    if (!isIdle(lanes)) {
      arrivals.ifStarted(l -> l.shut(lanes));
    }
  }

  /**
   * One lane for which nothing waits: the dispatcher need not hear of it, and many users are
   * flipped at once. What comes meanwhile counts as waiting before its lane asks the way, so either
   * it is seen here or its lane is told what is true now.
   */
  private boolean isIdle(Lanes lanes) {
    return lanes instanceof Lanes.One(String lane) && !hasBacklog(lane);
  }

  @Override
  public void relocated(String lane, String nextHop) {
    index.status(lane, null, nextHop);
  }

  /** Its threads and limits. */
  public Running running() {
    return new Running(log, room, arrivals, tries);
  }

  /** What the dispatcher is doing; empty before {@link #start}. */
  public Optional<DispatchStatus> dispatching() {
    return arrivals.dispatcher().map(DispatchLoop::status);
  }

  /** Damaged ranges of the log met since the start; each has a copy in the quarantine. */
  public long damagedRanges() {
    return log.damagedRanges();
  }

  @Override
  public QueueSummary summary() {
    return asking(() -> {
      List<QueueSummary.Totals> totals = questions.totals();
      Map<String, Long> held = questions.messages();
      Instant oldest =
          totals.stream()
              .map(QueueSummary.Totals::oldest)
              .filter(Objects::nonNull)
              .min(Instant::compareTo)
              .orElse(null);
      return new QueueSummary(
          totals,
          held.getOrDefault("messages", 0L),
          held.getOrDefault("octets", 0L),
          oldest,
          log.octets(),
          room.free(),
          room.left(),
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
    return asking(() -> listing.items(filter, from, limit));
  }

  @Override
  public List<QueueItem> message(String id) {
    return list(QueueFilter.message(id), null, Key.RECIPIENTS);
  }

  @Override
  public List<Attempt> history(String id) {
    return asking(() -> listing.history(id));
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
  public long count(QueueFilter filter) {
    return asking(() -> questions.count(filter));
  }

  @Override
  public List<LaneSummary> waiting(Collection<String> lanes) {
    return asking(() -> questions.waiting(lanes));
  }

  @Override
  public long act(QueueFilter filter, QueueAction action, LongConsumer soFar) {
    try {
      return actions.run(filter, action, lane -> arrivals.ifStarted(l -> l.changed(lane)), soFar);
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
        .or(compactor::failure)
        .or(() -> arrivals.dispatcher().flatMap(DispatchLoop::failure));
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
  public DispatchStatus dispatch(Duration patience) {
    return arrivals.dispatcher().map(loop -> loop.status(patience)).orElseGet(this::dispatch);
  }

  @Override
  public DispatchStatus dispatch() {
    return dispatching()
        .orElseGet(() -> new DispatchStatus(clock.instant(), List.of(), 0, 0, false));
  }

  @Override
  public void stop(Duration patience) {
    arrivals.ifStarted(l -> l.stop(patience));
    IndexBacklog held = backlog;
    if (held != null && !closed) {
      held.flush();
    }
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
}
