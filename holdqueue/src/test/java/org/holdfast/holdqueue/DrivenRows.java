package org.holdfast.holdqueue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What is held, in memory, made from the log's real records alone: stands in for the index's
 * tables. What each kind of record means is told once more here, in the plainest way, so it also
 * checks that meaning.
 */
final class DrivenRows {

  /** A delivery that is held. */
  static final class Row {
    final long key;
    final Delivery delivery;

    /** Where its message's record lies, and the record that gave it its recipient. */
    final long position;

    final long described;
    boolean parked;
    int attempts;

    private Row(long key, Delivery delivery, long position, long described, boolean parked) {
      this.key = key;
      this.delivery = delivery;
      this.position = position;
      this.described = described;
      this.parked = parked;
      this.attempts = delivery.attempts();
    }

    /** As the dispatcher sees it now. */
    Delivery now() {
      return new Delivery(
          delivery.sequence(),
          delivery.number(),
          delivery.envelope(),
          delivery.recipient(),
          delivery.size(),
          attempts);
    }
  }

  /** A lane with anything in it. */
  static final class LaneRows {
    String nextHop;
    final TreeMap<Long, Row> rows = new TreeMap<>();

    private LaneRows(String nextHop) {
      this.nextHop = nextHop;
    }
  }

  /** A delivery came in just now. */
  record Arrival(
      Row row, String nextHop, Held.Entry entry, @Nullable CompletionStage<Outcome> running) {}

  /** What a record means for those who dispatch. */
  static final class Effects {
    final List<Arrival> arrivals = new ArrayList<>();

    /** A person put something into these lanes. */
    final Set<String> reappeared = new LinkedHashSet<>();
  }

  final TreeMap<String, LaneRows> lanes = new TreeMap<>();
  final Map<Long, Row> byKey = new HashMap<>();

  /** Ended, and the record of it is not read yet. */
  final Set<Long> hidden = new HashSet<>();

  private final LaneCounts counts;

  /** Attempts begun before their message was stored, by queue id. */
  final Map<String, List<Held>> running = new HashMap<>();

  /** Whether lanes' counts rise with what arrives: not when they rose before it was stored. */
  private boolean counting = true;

  DrivenRows(LaneCounts counts) {
    this.counts = counts;
  }

  /** What was held before the start has been read. */
  void recovered() {
    counting = false;
  }

  boolean isWaiting(Row row) {
    return !row.parked && !hidden.contains(row.key);
  }

  /** The first octet of the log that is still needed. */
  long oldest() {
    return byKey.values().stream()
        .mapToLong(row -> Math.min(row.position, row.described))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Reads the next record; to be run when all that were wanted could be read. */
  Runnable take(LogRecord record, Effects effects) throws IOException {
    long position = record.position();
    if (record.type() == MessageRecord.TYPE) {
      MessageRecord message = MessageRecord.read(record);
      return () -> arrive(position, message, effects);
    }
    FateRecord fate = FateRecord.read(record);
    return () -> fate(position, fate, effects);
  }

  private void arrive(long position, MessageRecord message, Effects effects) {
    List<Held> begun = running.remove(message.envelope().id());
    for (MessageRecord.Part part : message.parts()) {
      Delivery delivery =
          new Delivery(
              message.sequence(),
              part.number(),
              message.envelope(),
              part.recipient(),
              message.size(),
              part.attempts());
      boolean parked = part.entry() == Held.Entry.PARKED;
      Row row = new Row(message.key(part), delivery, position, Long.MAX_VALUE, parked);
      put(row, part.nextHop());
      if (counting && !parked) {
        counts.add(lane(row), 1);
      }
      effects.arrivals.add(
          new Arrival(
              row,
              part.nextHop(),
              part.entry(),
              begun == null ? null : begun.get(part.number()).running()));
    }
  }

  private void fate(long position, FateRecord fate, Effects effects) {
    Row row = byKey.get(fate.key());
    if (row == null) {
      return;
    }
    switch (fate.kind()) {
      case DELIVERED, RETURNED, DISCARDED -> remove(row);
      case DEFERRED, UNCERTAIN -> row.attempts++;
      case REFUSED, PARKED -> park(row);
      case RETRIED -> retry(row, effects);
      case REDIRECTED -> redirect(row, fate, position, effects);
    }
    if (fate.kind() != FateRecord.Kind.DEFERRED
        && fate.kind() != FateRecord.Kind.UNCERTAIN
        && fate.kind() != FateRecord.Kind.RETRIED
        && !(fate.kind() == FateRecord.Kind.PARKED && !fate.who().isEmpty())) {
      hidden.remove(fate.key());
    }
  }

  private void remove(Row row) {
    uncount(row);
    byKey.remove(row.key);
    LaneRows lane = lanes.get(lane(row));
    if (lane != null) {
      lane.rows.remove(row.key);
      if (lane.rows.isEmpty()) {
        lanes.remove(lane(row));
      }
    }
  }

  private void uncount(Row row) {
    if (!row.parked) {
      counts.add(lane(row), -1);
    }
  }

  private void park(Row row) {
    row.attempts++;
    uncount(row);
    row.parked = true;
  }

  private void retry(Row row, Effects effects) {
    if (row.parked) {
      effects.reappeared.add(lane(row));
      row.parked = false;
      counts.add(lane(row), 1);
    }
  }

  private void redirect(Row row, FateRecord fate, long position, Effects effects) {
    Recipient to = fate.to();
    if (to == null) {
      return;
    }
    remove(row);
    long key = Key.of(position, Key.number(fate.key()));
    Delivery old = row.delivery;
    Delivery delivery = new Delivery(position, old.number(), old.envelope(), to, old.size(), 0);
    put(new Row(key, delivery, row.position, position, false), fate.nextHop());
    counts.add(to.lane(), 1);
    effects.reappeared.add(to.lane());
  }

  private void put(Row row, String nextHop) {
    byKey.put(row.key, row);
    LaneRows lane = lanes.computeIfAbsent(lane(row), _ -> new LaneRows(nextHop));
    lane.nextHop = nextHop;
    lane.rows.put(row.key, row);
  }

  static String lane(Row row) {
    return row.delivery.recipient().lane();
  }
}
