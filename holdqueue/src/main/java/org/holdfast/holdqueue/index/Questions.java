package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Attempt;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.QueueSummary;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the index. Thread-safe. Order, state and totals come from the tables;
 * envelope and recipient from the log's record.
 */
public final class Questions {

  private final Selects selects;
  private final LoggedRows logged;
  private final HeadReader heads;
  private final FilteredRows filtered;
  private final Totals totals;
  private final MessageHistory history;

  public Questions(Index index) {
    this.selects = new Selects(index.shown());
    this.logged = new LoggedRows(index.log());
    this.heads = new HeadReader(selects, index.heads(), logged);
    this.filtered = new FilteredRows(selects);
    this.totals = new Totals(selects);
    this.history = new MessageHistory(selects, logged, index::lifeBegan);
  }

  /**
   * A delivery as the tables have it; {@code id} is its message's, empty when not asked.
   *
   * @param address whom RCPT names; null: the lane
   * @param given the recipient as the sender gave it; null: the same
   */
  public record Row(
      long key,
      long message,
      long position,
      int state,
      int attempts,
      long next,
      String reply,
      long described,
      String lane,
      String nextHop,
      boolean shut,
      long retry,
      String id,
      @Nullable String address,
      @Nullable String given) {

    /** Whom RCPT names. */
    public String recipient() {
      return address == null ? lane : address;
    }

    /** The recipient as the sender gave it. */
    public String original() {
      return given == null ? recipient() : given;
    }

    /** Whether it waits for a person. */
    public boolean parked() {
      return state == Rows.Delivery.PARKED;
    }

    DeliveryState shown() {
      if (state == Rows.Delivery.PARKED) {
        return DeliveryState.PARKED;
      }
      if (shut) {
        return DeliveryState.HELD;
      }
      return retry > 0 ? DeliveryState.DEFERRED : DeliveryState.READY;
    }
  }

  /** A lane and its next hop. */
  public record Place(String lane, String nextHop) {}

  /**
   * The first deliveries of a lane that are neither parked nor ended, in order: those in the tables
   * and then those that are not there yet.
   *
   * @param unreadable takes those whose record in the log is damaged, which are left out
   * @throws IOException the tables or the log cannot be read right now, which says nothing about
   *     the records
   */
  public List<Placed> head(String lane, int limit, Consumer<Row> unreadable) throws IOException {
    return heads.head(lane, limit, unreadable);
  }

  /** Lanes with something waiting, by name. */
  public List<Place> lanes(Lanes which, @Nullable String after, int limit) throws IOException {
    List<Object> values = new ArrayList<>(List.of(after == null ? "" : after));
    String where =
        switch (which) {
          case Lanes.One one -> one(values, " and lane = ?", one.lane());
          case Lanes.Domain domain -> one(values, " and domain = ?", domain.domain());
          case Lanes.NextHop hop -> one(values, " and nexthop = ?", hop.nextHop());
          case Lanes.All all -> "";
        };
    values.add(limit);
    return selects.ask(
        "select lane, nexthop from lane where lane > ?"
            + where
            + " and waiting > 0 order by lane limit ?",
        values,
        row -> new Place(row.getString(1), row.getString(2)));
  }

  private static String one(List<Object> values, String where, String value) {
    values.add(value);
    return where;
  }

  /** Rows that a filter means, by key. */
  public List<Row> rows(QueueFilter filter, long after, int limit) throws IOException {
    return filtered.rows(filter, after, limit);
  }

  /** How many of them there are. */
  public long count(QueueFilter filter) throws IOException {
    return filtered.count(filter);
  }

  /** What waits in each of these lanes, parked mail left out. */
  public List<LaneSummary> waiting(Collection<String> lanes) throws IOException {
    return totals.waiting(lanes);
  }

  /** The same for a list shown to people. */
  public List<QueueItem> items(QueueFilter filter, long after, int limit) throws IOException {
    List<QueueItem> items = new ArrayList<>();
    for (Row row : rows(filter, after, limit)) {
      items.add(item(row));
    }
    return items;
  }

  private QueueItem item(Row row) {
    Delivery delivery = shown(row);
    // What waits behind the first of its lane is tried after that.
    boolean scheduled = row.shown() == DeliveryState.DEFERRED && row.retry != Rows.Lane.DUE;
    return new QueueItem(
        delivery,
        row.nextHop,
        row.shown(),
        scheduled ? Instant.ofEpochMilli(row.retry) : null,
        row.reply,
        Long.toString(row.key));
  }

  /** For people, who must see and reach a delivery whose record cannot be read, too. */
  public Delivery shown(Row row) {
    return logged.shown(row);
  }

  /**
   * Envelope and recipient from the log; empty when the record is damaged, which is logged.
   *
   * @throws IOException the log cannot be read right now, which says nothing about the record
   */
  public Optional<Delivery> delivery(Row row) throws IOException {
    return logged.delivery(row);
  }

  /** Whether its record reads, as one of the lane that the tables have it in. */
  public boolean reads(Row row) throws IOException {
    return logged.reads(row);
  }

  /** The sequence of the message that a delivery belongs to; empty when it is gone. */
  public Optional<Row> row(long key) throws IOException {
    return selects.rows(Selects.ITEMS + " and d.k = ?", List.of(-1L, key)).stream().findFirst();
  }

  /** Position of the record of a message; empty when there is none. */
  public Optional<Long> position(String id) throws IOException {
    return selects
        .ask("select pos from message where id = ?", List.of(id), row -> row.getLong(1))
        .stream()
        .findFirst();
  }

  /** What happened to a message, oldest first. */
  public List<Attempt> history(String id) throws IOException {
    return history.ofId(id).stream().map(HistoryLine::shown).toList();
  }

  /** The same as the message's next record is to tell it. */
  public List<HistoryLine> story(long sequence) throws IOException {
    return history.ofSequence(sequence);
  }

  /** How many messages live in each segment that has any, by its base. */
  public SortedMap<Long, Long> live() throws IOException {
    SortedMap<Long, Long> live = new TreeMap<>();
    selects.ask(
        "select base, live from segment where live > 0",
        List.of(),
        row -> live.put(row.getLong(1), row.getLong(2)) == null);
    return live;
  }

  /** The segments whose mail the records of this one speak about; some of them may be gone. */
  public List<Long> references(long base) throws IOException {
    return selects.ask(
        "select target from reference where base = ?", List.of(base), row -> row.getLong(1));
  }

  /** Octets of content of the messages that were accepted here and are still held. */
  public long octetsAccepted(long from, long until) throws IOException {
    return selects
        .ask(
            "select coalesce(sum(size), 0) from message where seq >= ? and seq < ?",
            List.of(from, until),
            row -> row.getLong(1))
        .getFirst();
  }

  /** Where a held message lies; empty when it is gone. */
  public Optional<Long> positionOf(long sequence) throws IOException {
    return selects
        .ask("select pos from message where seq = ?", List.of(sequence), row -> row.getLong(1))
        .stream()
        .findFirst();
  }

  /** How many deliveries of a message have no end yet; 0 when it is gone. */
  public int remaining(long sequence) throws IOException {
    return selects
        .ask("select remaining from message where seq = ?", List.of(sequence), row -> row.getInt(1))
        .stream()
        .findFirst()
        .orElse(0);
  }

  /** All deliveries of a message. */
  public List<Row> deliveries(long sequence) throws IOException {
    List<Row> rows =
        new ArrayList<>(
            selects.rows(
                Selects.ITEMS + " and d.k < ?",
                List.of(Key.of(sequence, 0) - 1, Key.of(sequence + 1, 0))));
    for (long key :
        selects.ask(
            "select k from redirected where seq = ?", List.of(sequence), row -> row.getLong(1))) {
      row(key).ifPresent(rows::add);
    }
    return rows;
  }

  /** Totals of one lane. */
  public LaneSummary summary(String lane) throws IOException {
    return totals.summary(lane);
  }

  /** Totals of each next hop, from the lanes' own totals. */
  public List<QueueSummary.Totals> totals() throws IOException {
    return totals.totals();
  }

  /** Number of messages held and their octets, each counted once: {@code messages, octets}. */
  public Map<String, Long> messages() throws IOException {
    return totals.messages();
  }
}
