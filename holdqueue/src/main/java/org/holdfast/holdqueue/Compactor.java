package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the messages left in thin segments to the end of the log, so that those segments can be
 * deleted and the data folder becomes small again. In the background, one thread, its I/O bounded
 * by {@link #OCTETS_PER_SECOND}.
 *
 * <p>A carried message is a record {@code moved}: envelope, content, and the deliveries left of it,
 * with the sequence and keys they had, so no order changes. A crash at any point leaves the
 * original, or both, and then the later one counts. The original's segment goes when the tables
 * that point to the copy are safe; the copy's segment cannot go before it ({@code Applier}).
 *
 * <p>One segment at a time: no other one is begun while copies and their originals are both there,
 * so {@link Room} knows how much that can be. The segment being written to is asked to end when it
 * is mostly dead and nothing goes on.
 */
final class Compactor {

  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  /** Most octets carried forward in a second, on average. */
  static final long OCTETS_PER_SECOND = 8L << 20;

  /**
   * Octets after which a step ends; no fate can be written during a step. One message may be more.
   */
  static final long STEP_OCTETS = 1L << 20;

  /** The segment being written to is not ended for less than this. */
  static final long ROLL_OCTETS = 1L << 20;

  /** Between rounds that found nothing to do. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** A step is given up when the index does not catch up so soon; fates wait meanwhile. */
  private static final Duration CATCH_UP = Duration.ofSeconds(1);

  private final SegmentLog log;
  private final Index index;
  private final Questions questions;
  private final Fates fates;
  private final Room room;
  private final ThinSegments thin;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /** Where messages lie that are to be carried. The thread's only. */
  private final Deque<Long> waiting = new ArrayDeque<>();

  /** The segment that is being carried away; -1: none. The thread's only. */
  private long carried = -1;

  /** The segment for which there was no room last time; said once. The thread's only. */
  private long refused = -1;

  private volatile @Nullable String failure;

  Compactor(
      SegmentLog log,
      Index index,
      Questions questions,
      Fates fates,
      Room room,
      LogSettings segments) {
    this.log = log;
    this.room = room;
    long worthRolling = Math.min(ROLL_OCTETS, segments.segmentBytes() / 2);
    this.thin = new ThinSegments(log, questions, worthRolling);
    this.index = index;
    this.questions = questions;
    this.fates = fates;
    this.thread = Thread.ofPlatform().name("compactor").daemon().unstarted(this::run);
  }

  /** Begins. Once; not at all after {@link #close}. */
  void start() {
    thread.start();
  }

  /** Returns when its thread is at its end. Not by interrupt, which would close files. */
  void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      long nanos = PAUSE.toNanos();
      while (failure == null && !closing.await(nanos, TimeUnit.NANOSECONDS)) {
        long moved = round();
        nanos =
            moved == 0 ? PAUSE.toNanos() : moved * TimeUnit.SECONDS.toNanos(1) / OCTETS_PER_SECOND;
      }
    } catch (InterruptedException e) {
      LOG.warn("somebody interrupted the compactor; it rests until the next start");
    }
  }

  /** A step, whatever comes of it; its octets. */
  long round() {
    try {
      return step();
    } catch (IOException | RuntimeException e) {
      LOG.warn("compaction is put off", e);
      waiting.clear();
      carried = -1;
      return 0;
    } catch (Error e) {
      LOG.error("the compactor's thread died; the queue takes nothing until restarted", e);
      failure = "the compactor's thread died: " + e;
      return 0;
    }
  }

  /** Why no room comes back any more; empty while all is well. For good, until a restart. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Carries some messages forward; returns their octets, 0: there is nothing to do now. */
  long step() throws IOException {
    if (log.failure().isPresent() || index.failure().isPresent()) {
      return 0;
    }
    if (waiting.isEmpty()) {
      find();
    }
    if (waiting.isEmpty()) {
      return 0;
    }
    if (!index.await(log.sync(), CATCH_UP)) {
      return 0; // most of what the tables lack is written while fates still go
    }
    long moved = fates.without(this::carry);
    index.await(log.end(), CATCH_UP);
    return moved;
  }

  private void find() throws IOException {
    if (carried >= 0 && !isGone(carried)) {
      LOG.warn("segment {} is still there after its messages were carried away", carried);
      thin.leave(carried);
    }
    carried = -1;
    if (!index.await(log.sync(), CATCH_UP)) {
      return; // what the tables do not know yet would look dead
    }
    Optional<ThinSegments.Found> found = thin.next();
    if (found.isPresent()) {
      begin(found.get());
    } else if (thin.activeIsThin()) {
      LOG.info("the segment being written to is mostly dead: {} is begun", log.roll());
    }
  }

  private void begin(ThinSegments.Found found) {
    if (!room.mayCarry(found.octets())) {
      if (refused != found.base()) {
        LOG.warn("no room to compact segment {}, {} octets", found.base(), found.octets());
      }
      refused = found.base();
      return;
    }
    LOG.info(
        "segment {}: {} messages, {} octets are carried forward",
        found.base(),
        found.places().size(),
        found.octets());
    carried = found.base();
    waiting.addAll(found.places());
  }

  /** The index deletes segments after it has answered: the second answer comes after that. */
  private boolean isGone(long base) throws IOException {
    for (int i = 0; i < 2 && log.segmentLength(base) > 0; i++) {
      index.await(log.sync(), CATCH_UP);
    }
    return log.segmentLength(base) == 0;
  }

  /** With fates shut out, the tables are exact as soon as they have caught up. */
  private long carry() throws IOException {
    if (!index.await(log.sync(), CATCH_UP)) {
      return 0;
    }
    long octets = 0;
    List<Entry> batch = new ArrayList<>();
    while (octets < STEP_OCTETS && !waiting.isEmpty()) {
      long position = waiting.removeFirst();
      try {
        octets += carry(position, batch);
      } catch (DamagedRecordException e) {
        LOG.error("the message at {} is damaged and stays in its segment", position, e);
        log.suspect(position);
      }
    }
    log.append(batch);
    return octets;
  }

  private long carry(long position, List<Entry> batch) throws IOException {
    MessageRecord stored = MessageRecord.read(log.read(position));
    if (questions.positionOf(stored.sequence()).filter(p -> p == position).isEmpty()) {
      return 0; // gone, or carried already
    }
    List<MessageRecord.Part> parts = new ArrayList<>();
    for (Questions.Row row : questions.deliveries(stored.sequence())) {
      parts.add(part(row, stored.sequence()));
    }
    if (parts.size() != questions.remaining(stored.sequence())) {
      throw new DamagedRecordException("the index disagrees about " + stored.sequence());
    }
    Content content = LoggedContent.read(log, position, stored.size());
    Entry entry =
        new MessageRecord(
                stored.sequence(),
                stored.envelope(),
                parts,
                stored.size(),
                questions.story(stored.sequence()))
            .entry(content);
    if (content.inMemory() != null) {
      batch.add(entry);
    } else {
      log.append(List.of(entry));
    }
    return content.size();
  }

  private MessageRecord.Part part(Questions.Row row, long sequence) throws IOException {
    Delivery delivery =
        questions
            .delivery(row)
            .orElseThrow(() -> new DamagedRecordException("a delivery of " + sequence));
    long order = Key.order(row.key());
    return new MessageRecord.Part(
        Key.number(row.key()),
        order == sequence ? 0 : order,
        delivery.recipient(),
        row.nextHop(),
        entry(row),
        row.reply(),
        row.attempts(),
        row.parked() ? 0 : row.retry());
  }

  private static Held.Entry entry(Questions.Row row) {
    if (row.parked()) {
      return Held.Entry.PARKED;
    }
    return row.shut() ? Held.Entry.WAITING : Held.Entry.DEFERRED;
  }
}
