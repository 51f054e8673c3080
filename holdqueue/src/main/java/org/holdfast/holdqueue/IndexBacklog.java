package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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

  private static final String DAMAGED = "the stored message is damaged";

  private final SegmentLog log;
  private final Fates fates;
  private final Index index;
  private final Questions questions;
  private final InstantSource clock;

  /** What need not be written of failed attempts. */
  private final Repeats repeats;

  /** How long a reading waits for the tables. */
  private final Duration exact;

  /** Where the deliveries that were read ahead lie, by key. */
  private final Map<Long, Placed> known = new ConcurrentHashMap<>();

  IndexBacklog(
      SegmentLog log,
      Fates fates,
      Index index,
      Questions questions,
      InstantSource clock,
      Duration exact,
      Repeats repeats) {
    this.exact = exact;
    this.log = log;
    this.fates = fates;
    this.index = index;
    this.questions = questions;
    this.clock = clock;
    this.repeats = repeats;
  }

  @Override
  public List<Delivery> head(String lane, int limit) throws IOException {
    List<Questions.Row> unreadable = new ArrayList<>();
    List<Placed> head = questions.head(lane, limit, unreadable::add);
    for (Questions.Row row : unreadable) {
      parkIfDamaged(row);
    }
    if (known.size() > KNOWN) {
      known.clear();
    }
    head.forEach(each -> known.put(key(each.delivery()), each));
    return head.stream().map(Placed::delivery).toList();
  }

  /**
   * One that reads now is no damage; but the head that was read without it would let later ones
   * pass it.
   */
  private void parkIfDamaged(Questions.Row row) throws IOException {
    Optional<Questions.Row> now = questions.row(row.key());
    if (now.isEmpty()) {
      return;
    }
    if (now.get().position() != row.position() || questions.reads(now.get())) {
      throw new IOException("message " + row.message() + " was carried elsewhere meanwhile");
    }
    LOG.error("message {} of {} is damaged and parked", row.message(), now.get().lane());
    log.suspect(row.position());
    write(
        List.of(
            FateRecord.of(
                FateRecord.Kind.PARKED,
                row.key(),
                "damaged-" + row.message(),
                clock.instant(),
                "",
                DAMAGED)));
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
    boolean surely = placed != null;
    if (placed != null && placed.revision() == index.revision()) {
      try {
        return Optional.of(read(delivery, placed.position()));
      } catch (DamagedRecordException e) {
        LOG.debug("{} is not where it was any more", delivery.envelope().id(), e);
        surely = false; // if it is damaged and not moved, it may not be in the tables yet
      }
    }
    if (!surely && !index.await(0, exact)) {
      throw new IOException("the index is still catching up with the log");
    }
    return asked(delivery);
  }

  /**
   * What was read before a person acted is in the tables: they were written for the act. So is
   * where compaction carried a message: else the original's segment would still be there.
   */
  private Optional<Content> asked(Delivery delivery) throws IOException {
    long before = -1;
    while (true) {
      Optional<Questions.Row> row = questions.row(key(delivery));
      if (row.isEmpty()) {
        return Optional.empty();
      }
      long position = row.get().position();
      try {
        return Optional.of(read(delivery, position));
      } catch (DamagedRecordException e) {
        if (position == before) { // not moved by compaction meanwhile
          park(delivery, position, e);
          return Optional.empty();
        }
        before = position;
      }
    }
  }

  /**
   * A damaged content that streams breaks the attempt off at its very end. One that was tried
   * before is looked at first, else it would be tried for ever.
   */
  private Content read(Delivery delivery, long position) throws IOException {
    Content content = LoggedContent.read(log, position, delivery.size());
    if (delivery.attempts() > 0) {
      LoggedContent.check(content);
    }
    return content;
  }

  private void park(Delivery delivery, long position, DamagedRecordException because)
      throws IOException {
    LOG.error("message {} cannot be read and is parked", delivery.envelope().id(), because);
    log.suspect(position);
    write(List.of(fate(FateRecord.Kind.PARKED, delivery, DAMAGED)));
  }

  @Override
  public void record(List<Ended> batch) throws IOException {
    List<FateRecord> records = new ArrayList<>(batch.size());
    List<Ended> news = batch.stream().filter(ended -> !repeats.takes(ended)).toList();
    for (Ended ended : news) {
      int before = repeats.of(key(ended.delivery())).map(Repeats.Unwritten::count).orElse(0);
      add(ended, clock.instant(), before, records);
    }
    records.addAll(unwritten(Repeats.REMEMBERED));
    write(records);
    news.forEach(repeats::wrote);
  }

  /** Writes what was only counted so far; nobody waits for it. */
  void flush() {
    List<FateRecord> records = unwritten(0);
    if (!records.isEmpty()) {
      fates.appendSoon(records.stream().map(FateRecord::entry).toList());
    }
  }

  private List<FateRecord> unwritten(int keep) {
    List<FateRecord> records = new ArrayList<>();
    for (Repeats.Unwritten each : repeats.drain(keep)) {
      add(each.last(), each.at(), each.count() - 1, records);
    }
    return records;
  }

  private static void add(Ended ended, Instant at, int before, List<FateRecord> to) {
    Delivery delivery = ended.delivery();
    Outcome outcome = ended.outcome();
    FateRecord.Kind kind = FateRecord.Kind.of(outcome);
    if (kind != null) {
      String id = delivery.envelope().id();
      to.add(
          FateRecord.of(kind, key(delivery), id, at, "", outcome.reply())
              .next(ended.nextAttempt())
              .asked(new FateRecord.Asked(outcome.where(), before, ended.adopted())));
    }
  }

  /**
   * Ends are awaited until they are in the file, not until they are synced: a machine that fails
   * within {@link org.holdfast.holdqueue.log.LogSettings#lazyNanos} sends them once more, under the
   * same ids.
   */
  private void write(List<FateRecord> records) throws IOException {
    List<Entry> entries = records.stream().map(FateRecord::entry).toList();
    if (records.stream().noneMatch(IndexBacklog::ends)) {
      fates.appendSoon(entries);
      return;
    }
    records.stream().filter(IndexBacklog::ends).forEach(f -> index.hide(f.key()));
    try {
      fates.appendWritten(entries);
    } catch (IOException e) {
      records.forEach(f -> index.show(f.key()));
      throw e;
    }
  }

  private static boolean ends(FateRecord fate) {
    return switch (fate.kind()) {
      case DELIVERED, RETURNED, REFUSED, PARKED -> true;
      default -> false;
    };
  }

  private FateRecord fate(FateRecord.Kind kind, Delivery delivery, String text) {
    return FateRecord.of(kind, key(delivery), delivery.envelope().id(), clock.instant(), "", text);
  }

  static long key(Delivery delivery) {
    return Key.of(delivery.sequence(), delivery.number());
  }
}
