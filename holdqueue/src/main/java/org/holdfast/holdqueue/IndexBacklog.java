package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.holdqueue.dispatch.Backlog;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.Placed;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is held, for the dispatcher. Order comes from the index; an end goes to the log, and hides
 * its delivery until the index knows it too.
 */
final class IndexBacklog implements Backlog {

  /** Most places remembered; those forgotten are asked for again. */
  private static final int KNOWN = 200_000;

  private static final Logger LOG = LoggerFactory.getLogger(IndexBacklog.class);

  private final SegmentLog log;
  private final Index index;
  private final Questions questions;
  private final InstantSource clock;

  /** How long a reading waits for the tables. */
  private final Duration exact;

  /** Where the deliveries that were read ahead lie, by key. */
  private final Map<Long, Placed> known = new ConcurrentHashMap<>();

  IndexBacklog(
      SegmentLog log, Index index, Questions questions, InstantSource clock, Duration exact) {
    this.exact = exact;
    this.log = log;
    this.index = index;
    this.questions = questions;
    this.clock = clock;
  }

  @Override
  public List<Delivery> head(String lane, int limit) throws IOException {
    List<Placed> head = questions.head(lane, limit);
    if (known.size() > KNOWN) {
      known.clear();
    }
    head.forEach(each -> known.put(key(each.delivery()), each));
    return head.stream().map(Placed::delivery).toList();
  }

  @Override
  public List<Place> lanes(Lanes which, @Nullable String after, int limit) throws IOException {
    if (after == null && !index.await(0, exact)) {
      throw new IOException("the index is still catching up with the log");
    }
    return questions.lanes(which, after, limit).stream()
        .map(place -> new Place(place.lane(), place.nextHop()))
        .toList();
  }

  /** A message whose record is damaged is set aside, so that its lane goes on. */
  @Override
  public Optional<Content> content(Delivery delivery) throws IOException {
    Placed placed = known.remove(key(delivery));
    if (placed != null && placed.revision() == index.revision()) {
      try {
        return Optional.of(LoggedContent.read(log, placed.position(), delivery.size()));
      } catch (DamagedRecordException e) {
        LOG.debug("{} is not where it was any more", delivery.envelope().id(), e);
      }
    }
    if (placed == null && !index.await(0, exact)) {
      throw new IOException("the index is still catching up with the log");
    }
    return asked(delivery);
  }

  /** What was read before a person acted is in the tables: they were written for the act. */
  private Optional<Content> asked(Delivery delivery) throws IOException {
    Optional<Questions.Row> row = questions.row(key(delivery));
    if (row.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(LoggedContent.read(log, row.get().position(), delivery.size()));
    } catch (DamagedRecordException e) {
      LOG.error("message {} cannot be read and is parked", delivery.envelope().id(), e);
      write(List.of(fate(FateRecord.Kind.PARKED, delivery, "the stored message is damaged")));
      return Optional.empty();
    }
  }

  @Override
  public void record(List<Ended> batch) throws IOException {
    List<FateRecord> fates = new ArrayList<>(batch.size());
    for (Ended ended : batch) {
      FateRecord.Kind kind = kind(ended.outcome());
      if (kind != null) {
        fates.add(fate(kind, ended.delivery(), ended.outcome().reply()).next(ended.nextAttempt()));
      }
    }
    write(fates);
  }

  /**
   * Ends are awaited until they are in the file, not until they are synced: a machine that fails
   * within {@link org.holdfast.holdqueue.log.LogSettings#lazyNanos} sends them once more, under the
   * same ids.
   */
  private void write(List<FateRecord> fates) throws IOException {
    List<Entry> entries = fates.stream().map(FateRecord::entry).toList();
    if (fates.stream().noneMatch(IndexBacklog::ends)) {
      log.appendSoon(entries);
      return;
    }
    fates.stream().filter(IndexBacklog::ends).forEach(f -> index.hide(f.key()));
    try {
      log.appendWritten(entries);
    } catch (IOException e) {
      fates.forEach(f -> index.show(f.key()));
      throw e;
    }
  }

  private static boolean ends(FateRecord fate) {
    return switch (fate.kind()) {
      case DELIVERED, REFUSED, PARKED -> true;
      default -> false;
    };
  }

  private FateRecord fate(FateRecord.Kind kind, Delivery delivery, String text) {
    return FateRecord.of(kind, key(delivery), delivery.envelope().id(), clock.instant(), "", text);
  }

  private static FateRecord.@Nullable Kind kind(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered d -> FateRecord.Kind.DELIVERED;
      case Outcome.Deferred d -> FateRecord.Kind.DEFERRED;
      case Outcome.Uncertain u -> FateRecord.Kind.UNCERTAIN;
      case Outcome.Refused r -> FateRecord.Kind.REFUSED;
      case Outcome.Shut s -> null;
    };
  }

  static long key(Delivery delivery) {
    return Key.of(delivery.sequence(), delivery.number());
  }
}
