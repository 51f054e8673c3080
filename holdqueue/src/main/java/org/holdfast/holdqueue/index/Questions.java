package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Attempt;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be asked of the index. Thread-safe. Order, state and totals come from the tables;
 * envelope and recipient from the log's record.
 */
public final class Questions {

  private static final Logger LOG = LoggerFactory.getLogger(Questions.class);

  private static final String ITEMS =
      "select d.k, d.seq, d.state, d.attempts, d.next, d.reply, d.described, m.pos, l.lane,"
          + " l.nexthop, l.shut, l.retry from delivery d join message m on m.seq = d.seq join lane l"
          + " on l.id = d.lane where d.k > ?";

  private static final String WAITING =
      "select d.k, d.seq, d.state, d.attempts, d.next, d.reply, d.described,"
          + " (select m.pos from message m where m.seq = d.seq), '', '', false, 0"
          + " from delivery d use index (delivery_lane)"
          + " where d.lane = (select id from lane where lane = ?) and d.state = 0 and d.k > ?"
          + " order by d.lane, d.state, d.k limit ?";

  private final Index index;
  private final SegmentLog log;
  private final Readers readers;

  public Questions(Index index) {
    this.index = index;
    this.log = index.log();
    this.readers = new Readers(index);
  }

  /** A delivery as the tables have it. */
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
      long retry) {

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
   * @param unreadable takes those whose record in the log no longer reads, which are left out
   */
  public List<Placed> head(String lane, int limit, Consumer<Row> unreadable) throws IOException {
    Lock reading = index.readingHeads();
    reading.lock();
    try {
      SortedMap<Long, Placed> found = new TreeMap<>();
      Fresh.Lane fresh = index.fresh(lane);
      if (fresh != null) {
        addFresh(fresh, limit, found);
      }
      if (fresh == null || !fresh.alone()) {
        addRows(lane, limit, found, unreadable);
      }
      return found.values().stream().limit(limit).toList();
    } finally {
      reading.unlock();
    }
  }

  private void addFresh(Fresh.Lane lane, int limit, SortedMap<Long, Placed> found) {
    for (Map.Entry<Long, Placed> each : lane.waiting().entrySet()) {
      if (found.size() >= limit) {
        return;
      }
      if (!index.hides(each.getKey())) {
        found.put(each.getKey(), each.getValue());
      }
    }
  }

  /** While heads are read, no segment goes that the tables spoke of: {@link Index}. */
  private void addRows(
      String lane, int limit, SortedMap<Long, Placed> found, Consumer<Row> unreadable)
      throws IOException {
    long revision = index.revision();
    long after = index.passed(lane);
    int count = 0;
    while (count < limit) {
      List<Row> rows = waiting(lane, after, limit);
      for (Row row : rows) {
        after = row.key;
        if (index.hides(row.key)) {
          if (count == 0) {
            index.passed(lane, row.key);
          }
        } else if (count < limit) {
          Optional<Delivery> delivery = delivery(row);
          delivery.ifPresentOrElse(
              d -> found.put(row.key, new Placed(d, row.position, revision)),
              () -> unreadable.accept(row));
          count += delivery.isPresent() ? 1 : 0;
        }
      }
      if (rows.size() < limit) {
        break;
      }
    }
  }

  private List<Row> waiting(String lane, long after, int limit) throws IOException {
    try {
      return readers.read(statements -> waiting(statements, lane, after, limit));
    } catch (SQLException e) {
      throw new IOException("the index cannot be asked", e);
    }
  }

  private static List<Row> waiting(Statements statements, String lane, long after, int limit)
      throws SQLException {
    PreparedStatement select = statements.of(WAITING);
    select.setString(1, lane);
    select.setLong(2, after);
    select.setInt(3, limit);
    List<Row> found = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(row(rows));
      }
    }
    return found;
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
    return ask(
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
    StringBuilder sql = new StringBuilder(ITEMS);
    List<Object> values = new ArrayList<>(List.of(after));
    and(sql, values, " and d.seq in (select seq from message where id = ?)", filter.id());
    String recipient = filter.recipient();
    if (recipient != null) {
      sql.append(lane(recipient) ? " and l.lane = ?" : " and d.address = ?");
      values.add(recipient);
    }
    and(sql, values, " and l.nexthop = ?", filter.nextHop());
    and(sql, values, " and m.sender = ?", filter.sender());
    Instant before = filter.acceptedBefore();
    and(sql, values, " and m.accepted < ?", before == null ? null : before.toEpochMilli());
    DeliveryState state = filter.state();
    if (state != null) {
      sql.append(
          switch (state) {
            case PARKED -> " and d.state = 1";
            case HELD -> " and d.state = 0 and l.shut";
            case DEFERRED -> " and d.state = 0 and not l.shut and l.retry > 0";
            case READY -> " and d.state = 0 and not l.shut and l.retry = 0";
          });
    }
    values.add(limit);
    return rows(sql.append(" order by d.k limit ?").toString(), values);
  }

  private boolean lane(String name) throws IOException {
    return !ask("select id from lane where lane = ?", List.of(name), row -> row.getLong(1))
        .isEmpty();
  }

  private static void and(
      StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(condition);
      values.add(value);
    }
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
    Delivery delivery = delivery(row).orElseGet(() -> unreadable(row));
    boolean scheduled = row.shown() == DeliveryState.DEFERRED && row.next > 0;
    return new QueueItem(
        delivery,
        row.nextHop,
        row.shown(),
        scheduled ? Instant.ofEpochMilli(row.next) : null,
        row.reply,
        Long.toString(row.key));
  }

  /** Envelope and recipient from the log; empty when the record is damaged, which is logged. */
  public Optional<Delivery> delivery(Row row) {
    try {
      MessageRecord stored = MessageRecord.read(log.read(row.position));
      return Optional.of(
          new Delivery(
              Key.order(row.key),
              Key.number(row.key),
              stored.envelope(),
              recipient(row, stored),
              stored.size(),
              row.attempts));
    } catch (IOException e) {
      LOG.error("the record at {} of message {} cannot be read", row.position, row.message, e);
      return Optional.empty();
    }
  }

  private Recipient recipient(Row row, MessageRecord stored) throws IOException {
    for (MessageRecord.Part part : stored.parts()) {
      if (stored.key(part) == row.key) {
        return part.recipient();
      }
    }
    Recipient to = FateRecord.read(log.read(row.described)).to();
    if (to == null) {
      throw new IOException("no recipient for delivery " + row.key);
    }
    return to;
  }

  private static Delivery unreadable(Row row) {
    Envelope envelope = new Envelope("damaged-" + row.message, "", Instant.EPOCH, "", Map.of());
    Recipient recipient = new Recipient(row.lane, row.lane, row.lane, Map.of());
    return new Delivery(
        Key.order(row.key), Key.number(row.key), envelope, recipient, 0, row.attempts);
  }

  /** The sequence of the message that a delivery belongs to; empty when it is gone. */
  public Optional<Row> row(long key) throws IOException {
    return rows(ITEMS + " and d.k = ?", List.of(-1L, key)).stream().findFirst();
  }

  /** Position of the record of a message; empty when there is none. */
  public Optional<Long> position(String id) throws IOException {
    return ask("select pos from message where id = ?", List.of(id), row -> row.getLong(1)).stream()
        .findFirst();
  }

  /** What happened to a message, oldest first. */
  public List<Attempt> history(String id) throws IOException {
    List<Attempt> history = new ArrayList<>();
    for (long position :
        ask(
            "select e.pos from event e join message m on m.seq = e.seq where m.id = ? order by"
                + " e.pos",
            List.of(id),
            row -> row.getLong(1))) {
      fate(position)
          .ifPresent(fate ->
              history.add(
                  new Attempt(fate.at(), Key.number(fate.key()), fate.kind().word(), words(fate))));
    }
    return history;
  }

  /** Empty when its segment went with compaction: the message lives on, that story does not. */
  private Optional<FateRecord> fate(long position) throws IOException {
    try {
      return Optional.of(FateRecord.read(log.read(position)));
    } catch (DamagedRecordException e) {
      LOG.debug("the record at {} is gone", position, e);
      return Optional.empty();
    }
  }

  /** How many messages live in each segment that has any, by its base. */
  public SortedMap<Long, Long> live() throws IOException {
    SortedMap<Long, Long> live = new TreeMap<>();
    ask(
        "select base, live from segment where live > 0",
        List.of(),
        row -> live.put(row.getLong(1), row.getLong(2)) == null);
    return live;
  }

  /** The segments whose mail the records of this one speak about; some of them may be gone. */
  public List<Long> references(long base) throws IOException {
    return ask("select target from reference where base = ?", List.of(base), row -> row.getLong(1));
  }

  /** Octets of content of the messages that were accepted here and are still held. */
  public long octetsAccepted(long from, long until) throws IOException {
    return ask(
            "select coalesce(sum(size), 0) from message where seq >= ? and seq < ?",
            List.of(from, until),
            row -> row.getLong(1))
        .getFirst();
  }

  /** Where a held message lies; empty when it is gone. */
  public Optional<Long> positionOf(long sequence) throws IOException {
    return ask("select pos from message where seq = ?", List.of(sequence), row -> row.getLong(1))
        .stream()
        .findFirst();
  }

  /** How many deliveries of a message have no end yet; 0 when it is gone. */
  public int remaining(long sequence) throws IOException {
    return ask(
            "select remaining from message where seq = ?", List.of(sequence), row -> row.getInt(1))
        .stream()
        .findFirst()
        .orElse(0);
  }

  /** All deliveries of a message. */
  public List<Row> deliveries(long sequence) throws IOException {
    List<Row> rows =
        new ArrayList<>(
            rows(
                ITEMS + " and d.k < ?", List.of(Key.of(sequence, 0) - 1, Key.of(sequence + 1, 0))));
    for (long key :
        ask("select k from redirected where seq = ?", List.of(sequence), row -> row.getLong(1))) {
      row(key).ifPresent(rows::add);
    }
    return rows;
  }

  private static String words(FateRecord fate) {
    return fate.who().isEmpty() ? fate.text() : (fate.who() + ": " + fate.text());
  }

  /** Totals of one lane. */
  public LaneSummary summary(String lane) throws IOException {
    return ask(
            "select waiting + parked, bytes + parkedbytes, since from lane where lane = ?",
            List.of(lane),
            row ->
                new LaneSummary(
                    lane, row.getLong(1), row.getLong(2), Instant.ofEpochMilli(row.getLong(3))))
        .stream()
        .findFirst()
        .orElse(new LaneSummary(lane, 0, 0, null));
  }

  /** Totals of each next hop, from the lanes' own totals. */
  public List<QueueSummary.Totals> totals() throws IOException {
    Map<String, Sums> sums = new LinkedHashMap<>();
    ask(
        "select nexthop, shut, retry > 0, sum(waiting), sum(parked), sum(bytes + parkedbytes),"
            + " min(since) from lane group by nexthop, shut, retry > 0 order by nexthop",
        List.of(),
        row -> sums.computeIfAbsent(row.getString(1), n -> new Sums()).add(row));
    List<QueueSummary.Totals> totals = new ArrayList<>();
    sums.forEach((name, sum) -> totals.add(sum.totals(name)));
    return totals;
  }

  /** Adds up the groups of one next hop. */
  private static final class Sums {
    private final Map<DeliveryState, Long> states = new EnumMap<>(DeliveryState.class);
    private long bytes;
    private long oldest = Long.MAX_VALUE;

    boolean add(ResultSet row) throws SQLException {
      DeliveryState waiting =
          row.getBoolean(2)
              ? DeliveryState.HELD
              : row.getBoolean(3) ? DeliveryState.DEFERRED : DeliveryState.READY;
      states.merge(waiting, row.getLong(4), Long::sum);
      states.merge(DeliveryState.PARKED, row.getLong(5), Long::sum);
      bytes += row.getLong(6);
      oldest = Math.min(oldest, row.getLong(7));
      return true;
    }

    QueueSummary.Totals totals(String name) {
      return new QueueSummary.Totals(
          name,
          Map.copyOf(states),
          bytes,
          oldest == Long.MAX_VALUE ? null : Instant.ofEpochMilli(oldest));
    }
  }

  /** Number of messages held and their octets, each counted once. */
  public Map<String, Long> messages() throws IOException {
    Map<String, Long> found = new HashMap<>();
    ask(
        "select count(*), coalesce(sum(size), 0) from message",
        List.of(),
        row -> {
          found.put("messages", row.getLong(1));
          return found.put("bytes", row.getLong(2)) == null;
        });
    return found;
  }

  private List<Row> rows(String sql, List<Object> values) throws IOException {
    return ask(sql, values, Questions::row);
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong(1),
        row.getLong(2),
        row.getLong(8),
        row.getInt(3),
        row.getInt(4),
        row.getLong(5),
        row.getString(6),
        row.getLong(7),
        row.getString(9),
        row.getString(10),
        row.getBoolean(11),
        row.getLong(12));
  }

  /** Makes something of one row. */
  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> ask(String sql, List<Object> values, Reader<T> reader) throws IOException {
    try (Connection connection = index.connection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        select.setObject(i + 1, values.get(i));
      }
      List<T> found = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(reader.read(rows));
        }
      }
      return found;
    } catch (SQLException e) {
      throw new IOException("the index cannot be asked", e);
    }
  }
}
