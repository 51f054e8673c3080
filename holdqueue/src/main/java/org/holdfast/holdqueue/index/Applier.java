package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.LogRecord;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns records into changes of the rows of one batch. One thread. */
final class Applier {

  private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

  private final Batch batch;
  private final SegmentUse segments;
  private final Effects effects;
  private final SegmentLog log;
  private final List<Taken> taken = new ArrayList<>();

  /** What the batch means for those outside the tables, to be told when it is visible. */
  static final class Effects {
    final List<Arrival> arrivals = new ArrayList<>();
    final List<Move> moves = new ArrayList<>();
    final List<Long> settled = new ArrayList<>();
    final List<Rows.Delivery> touched = new ArrayList<>();

    /** A person acted: what was read of a lane before is not to be relied upon. */
    boolean urgent;

    /** Whether a message was carried forward, so that its old segment may be useless. */
    boolean moved;
  }

  /** A delivery came in. */
  record Arrival(long position, Delivery delivery, MessageRecord.Part part, Rows.Delivery row) {}

  /** A lane has more or fewer deliveries waiting. */
  record Move(long position, String lane, int by) {}

  /** Where a record stands. */
  private record At(long position, long segment) {}

  /** A record that was read. */
  private sealed interface Taken {}

  private record Stored(At at, boolean moved, MessageRecord message) implements Taken {}

  private record Fate(At at, FateRecord fate) implements Taken {}

  Applier(Batch batch, SegmentUse segments, Effects effects, SegmentLog log) {
    this.log = log;
    this.batch = batch;
    this.segments = segments;
    this.effects = effects;
  }

  /**
   * Takes the next record; nothing is changed before {@link #apply}. What makes no sense is named,
   * kept aside and left out: nothing else must wait for it.
   */
  void take(LogRecord record) throws IOException {
    At at = new At(record.position(), record.segment());
    if (record.type() == MessageRecord.TYPE || record.type() == MessageRecord.MOVED) {
      MessageRecord message = decode(record, MessageRecord::read);
      if (message != null) {
        taken.add(new Stored(at, record.type() == MessageRecord.MOVED, message));
      }
    } else if (FateRecord.Kind.of(record.type()) != null) {
      FateRecord fate = decode(record, FateRecord::read);
      if (fate != null) {
        taken.add(new Fate(at, fate));
      }
    } else {
      LOG.error("record at {} has the unknown type {}", record.position(), record.type());
    }
  }

  /** Applies what was taken, in order; the rows it is about are read together. */
  void apply() throws SQLException {
    List<Long> keys = new ArrayList<>();
    for (Taken each : taken) {
      if (each instanceof Fate(At _, FateRecord fate)) {
        keys.add(fate.key());
      }
    }
    batch.load(keys);
    for (Taken each : taken) {
      switch (each) {
        case Stored(At at, boolean moved, MessageRecord stored) -> apply(at, moved, stored);
        case Fate(At at, FateRecord fate) -> apply(at, fate);
      }
    }
    taken.clear();
  }

  /** Reads a record's fields. */
  private interface Decoder<T> {
    T read(LogRecord record) throws IOException;
  }

  private <T> @Nullable T decode(LogRecord record, Decoder<T> decoder) throws IOException {
    try {
      return decoder.read(record);
    } catch (DamagedRecordException | RuntimeException e) {
      LOG.error("the record at {} makes no sense and is left out", record.position(), e);
      log.senseless(record);
      return null;
    }
  }

  private Rows.Segment segment(long base) {
    return segments.of(base);
  }

  private void apply(At record, boolean moved, MessageRecord stored) throws SQLException {
    Rows.Message known = moved ? batch.message(stored.sequence()) : null;
    if (known != null) {
      move(record, known, stored);
      return;
    }
    Rows.Message message = batch.newMessage(stored.sequence());
    message.pos = record.position();
    message.segment = record.segment();
    message.id = stored.envelope().id();
    message.sender = stored.envelope().reversePath();
    message.accepted = stored.envelope().accepted().toEpochMilli();
    message.size = stored.size();
    message.remaining = stored.parts().size();
    segment(message.segment).live++;
    for (MessageRecord.Part part : stored.parts()) {
      arrive(record, moved, stored, part, message);
    }
  }

  private void move(At record, Rows.Message message, MessageRecord carried) {
    segment(message.segment).live--;
    segment(record.segment()).live++;
    segment(record.segment()).refer(message.segment); // this one must not go before that one
    effects.moved = true;
    message.pos = record.position();
    message.segment = record.segment();
    message.changed();
    if (!carried.story().isEmpty()) { // else it was carried by a version that told nothing
      batch.told(message);
    }
  }

  private void arrive(
      At record, boolean moved, MessageRecord stored, MessageRecord.Part part, Rows.Message message)
      throws SQLException {
    Rows.Lane lane = batch.laneOrNew(part.recipient().lane());
    lane.nextHop = part.nextHop();
    if (lane.waiting + lane.parked == 0) {
      lane.since = message.accepted;
    }
    if (lane.waiting == 0 && part.entry() != Held.Entry.PARKED) {
      // Who was tried at the door had a permit: it is not on hold, whatever it waits for.
      boolean tried = !moved && part.attempts() > 0;
      lane.shut = part.entry() == Held.Entry.WAITING && !tried;
      lane.retry = part.next();
    }
    Rows.Delivery row = batch.newDelivery(stored.key(part), lane);
    row.seq = message.seq;
    row.size = message.size;
    row.attempts = part.attempts();
    row.next = part.next();
    row.reply = part.reason();
    row.state = part.entry() == Held.Entry.PARKED ? Rows.Delivery.PARKED : Rows.Delivery.WAITING;
    row.address = distinct(part.recipient());
    row.original = original(part.recipient());
    if (part.order() != 0) {
      batch.redirected(message, row.key); // carried forward, and redirected before
    }
    lane.add(row.state, row.size);
    Delivery delivery =
        new Delivery(
            Key.order(row.key),
            part.number(),
            stored.envelope(),
            part.recipient(),
            stored.size(),
            part.attempts());
    effects.arrivals.add(new Arrival(record.position(), delivery, part, row));
  }

  private static @Nullable String distinct(Recipient recipient) {
    return recipient.address().equals(recipient.lane()) ? null : recipient.address();
  }

  private static @Nullable String original(Recipient recipient) {
    return recipient.original().equals(recipient.address()) ? null : recipient.original();
  }

  private void apply(At record, FateRecord fate) throws SQLException {
    if (fate.isEnd()) {
      effects.settled.add(fate.key());
    }
    Rows.Delivery row = batch.delivery(fate.key());
    Rows.Message message = row == null ? null : batch.message(row.seq);
    if (row == null || row.lane == null || message == null) {
      return;
    }
    segment(record.segment()).refer(message.segment);
    row.attempts += fate.attempts();
    batch.event(message, record.position(), fate.kind().attempt() ? row.attempts : 0);
    effects.touched.add(row);
    effects.urgent |= !fate.kind().attempt();
    Rows.Lane lane = row.lane;
    switch (fate.kind()) {
      case DELIVERED, RETURNED, DISCARDED -> remove(record, row, lane, message);
      case DEFERRED, UNCERTAIN -> defer(row, lane, fate);
      case REFUSED, PARKED -> park(record, row, lane, fate);
      case RETRIED -> retry(record, row, lane);
      case REDIRECTED -> redirect(record, row, lane, message, fate);
    }
  }

  private void leave(At record, Rows.Delivery row, Rows.Lane lane) {
    if (row.state == Rows.Delivery.WAITING) {
      effects.moves.add(new Move(record.position(), lane.lane, -1));
      lane.retry = 0;
    }
    lane.remove(row.state, row.size);
  }

  private void remove(At record, Rows.Delivery row, Rows.Lane lane, Rows.Message message) {
    leave(record, row, lane);
    row.gone();
    message.remaining--;
    message.changed();
    if (message.remaining <= 0) {
      message.gone();
      segment(message.segment).live--;
    }
  }

  private static void defer(Rows.Delivery row, Rows.Lane lane, FateRecord fate) {
    row.next = fate.nextAttempt();
    row.reply = fate.text();
    row.changed();
    lane.retry = row.state == Rows.Delivery.WAITING ? fate.nextAttempt() : lane.retry;
    lane.changed();
  }

  private void park(At record, Rows.Delivery row, Rows.Lane lane, FateRecord fate) {
    row.reply = fate.text();
    row.next = 0;
    row.changed();
    if (row.state != Rows.Delivery.PARKED) {
      leave(record, row, lane);
      row.state = Rows.Delivery.PARKED;
      lane.add(row.state, row.size);
    }
  }

  private void retry(At record, Rows.Delivery row, Rows.Lane lane) {
    row.next = 0;
    lane.retry = 0;
    if (row.state == Rows.Delivery.PARKED) {
      lane.remove(row.state, row.size);
      row.state = Rows.Delivery.WAITING;
      lane.add(row.state, row.size);
      effects.moves.add(new Move(record.position(), lane.lane, 1));
    }
    row.changed();
    lane.changed();
  }

  private void redirect(
      At record, Rows.Delivery row, Rows.Lane lane, Rows.Message message, FateRecord fate)
      throws SQLException {
    Recipient to = fate.to();
    if (to == null) {
      return;
    }
    leave(record, row, lane);
    row.gone();
    Rows.Lane target = batch.laneOrNew(to.lane());
    if (target.waiting + target.parked == 0) {
      target.since = message.accepted;
    }
    target.nextHop = fate.nextHop();
    Rows.Delivery moved =
        batch.newDelivery(Key.of(record.position(), Key.number(fate.key())), target);
    moved.seq = message.seq;
    moved.size = message.size;
    moved.described = record.position();
    moved.address = distinct(to);
    moved.original = original(to);
    target.add(moved.state, moved.size);
    batch.redirected(message, moved.key);
    effects.moves.add(new Move(record.position(), target.lane, 1));
  }
}
