package org.holdfast.holdqueue.index;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one transaction touches: read once, changed in memory, written together. One
 * thread; the connection does not commit by itself.
 */
final class Batch {

  /** Deliveries read by one statement. */
  private static final int KEYS = 500;

  private final Statements statements;
  private final LongUnaryOperator segmentOf;
  private final Map<Long, Rows.Message> messages = new HashMap<>();
  private final Map<Long, Rows.Delivery> deliveries = new LinkedHashMap<>();
  private final Map<String, Rows.Lane> lanes = new HashMap<>();
  private final Map<Long, Rows.Lane> lanesById = new HashMap<>();
  private final List<long[]> events = new ArrayList<>();
  private final List<long[]> redirected = new ArrayList<>();
  private long nextLane;

  Batch(Statements statements, LongUnaryOperator segmentOf) throws SQLException {
    this.statements = statements;
    this.segmentOf = segmentOf;
    PreparedStatement select = statements.of("select coalesce(max(id), 0) + 1 from lane");
    try (ResultSet row = select.executeQuery()) {
      row.next();
      nextLane = row.getLong(1);
    }
  }

  Rows.@Nullable Message message(long seq) throws SQLException {
    Rows.Message known = messages.get(seq);
    if (known == null) {
      known = loadMessage(seq);
      if (known != null) {
        messages.put(seq, known);
      }
    }
    return known != null && known.there() ? known : null;
  }

  private Rows.@Nullable Message loadMessage(long seq) throws SQLException {
    PreparedStatement select =
        statements.of(
            "select pos, id, sender, accepted, size, remaining, noted from message where seq = ?");
    select.setLong(1, seq);
    try (ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      return readMessage(row, seq);
    }
  }

  private Rows.Message readMessage(ResultSet row, long seq) throws SQLException {
    Rows.Message message = new Rows.Message();
    message.seq = seq;
    message.pos = row.getLong(1);
    message.segment = segmentOf.applyAsLong(message.pos);
    message.id = row.getString(2);
    message.sender = row.getString(3);
    message.accepted = row.getLong(4);
    message.size = row.getLong(5);
    message.remaining = row.getInt(6);
    message.noted = row.getBoolean(7);
    message.notedBefore = message.noted;
    return message;
  }

  Rows.Message newMessage(long seq) {
    Rows.Message message = new Rows.Message();
    message.seq = seq;
    message.mark = Rows.Mark.NEW;
    messages.put(seq, message);
    return message;
  }

  /** One that is new in here or was asked for in {@link #load}; null when there is none. */
  Rows.@Nullable Delivery delivery(long key) {
    Rows.Delivery known = deliveries.get(key);
    return known != null && known.there() ? known : null;
  }

  /** Reads these deliveries and their messages, as far as they are there and not known yet. */
  void load(Collection<Long> keys) throws SQLException {
    List<Long> unknown = keys.stream().filter(k -> !deliveries.containsKey(k)).distinct().toList();
    for (int from = 0; from < unknown.size(); from += KEYS) {
      load(unknown.subList(from, Math.min(from + KEYS, unknown.size())).toArray());
    }
  }

  private void load(Object[] keys) throws SQLException {
    PreparedStatement select =
        statements.of(
            "select k, seq, lane, state, attempts, next, reply, described, address from delivery"
                + " where k = any(?)");
    select.setArray(1, select.getConnection().createArrayOf("bigint", keys));
    List<Rows.Delivery> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(readDelivery(row));
      }
    }
    loadMessages(found.stream().map(d -> d.seq).filter(s -> !messages.containsKey(s)).toArray());
    for (Rows.Delivery delivery : found) {
      Rows.Message message = messages.get(delivery.seq);
      delivery.size = message == null ? 0 : message.size;
      delivery.lane = lane(delivery.laneId);
      deliveries.put(delivery.key, delivery);
    }
  }

  private void loadMessages(Object[] seqs) throws SQLException {
    PreparedStatement select =
        statements.of(
            "select pos, id, sender, accepted, size, remaining, noted, seq from message"
                + " where seq = any(?)");
    select.setArray(1, select.getConnection().createArrayOf("bigint", seqs));
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        messages.put(row.getLong(8), readMessage(row, row.getLong(8)));
      }
    }
  }

  private static Rows.Delivery readDelivery(ResultSet row) throws SQLException {
    Rows.Delivery delivery = new Rows.Delivery();
    delivery.key = row.getLong(1);
    delivery.seq = row.getLong(2);
    delivery.laneId = row.getLong(3);
    delivery.state = row.getInt(4);
    delivery.attempts = row.getInt(5);
    delivery.next = row.getLong(6);
    delivery.reply = row.getString(7);
    delivery.described = row.getLong(8);
    delivery.address = row.getString(9);
    return delivery;
  }

  Rows.Delivery newDelivery(long key, Rows.Lane lane) {
    Rows.Delivery delivery = new Rows.Delivery();
    delivery.key = key;
    delivery.lane = lane;
    delivery.laneId = lane.id;
    delivery.mark = Rows.Mark.NEW;
    deliveries.put(key, delivery);
    return delivery;
  }

  Rows.@Nullable Lane lane(String name) throws SQLException {
    Rows.Lane known = lanes.get(name);
    return known != null ? known : loadLane("lane = ?", name);
  }

  private Rows.@Nullable Lane lane(long id) throws SQLException {
    Rows.Lane known = lanesById.get(id);
    return known != null ? known : loadLane("id = ?", id);
  }

  private Rows.@Nullable Lane loadLane(String which, Object value) throws SQLException {
    PreparedStatement select =
        statements.of(
            "select id, lane, domain, nexthop, shut, waiting, parked, bytes, parkedbytes, since,"
                + " retry from lane where "
                + which);
    select.setObject(1, value);
    try (ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      Rows.Lane lane = new Rows.Lane();
      lane.id = row.getLong(1);
      lane.lane = row.getString(2);
      lane.domain = row.getString(3);
      lane.nextHop = row.getString(4);
      lane.shut = row.getBoolean(5);
      lane.waiting = row.getLong(6);
      lane.parked = row.getLong(7);
      lane.bytes = row.getLong(8);
      lane.parkedBytes = row.getLong(9);
      lane.since = row.getLong(10);
      lane.retry = row.getLong(11);
      return remember(lane);
    }
  }

  Rows.Lane laneOrNew(String name) throws SQLException {
    Rows.Lane known = lane(name);
    if (known != null) {
      return known;
    }
    Rows.Lane lane = new Rows.Lane();
    lane.id = nextLane++;
    lane.lane = name;
    lane.domain = name.substring(name.lastIndexOf('@') + 1);
    lane.mark = Rows.Mark.NEW;
    return remember(lane);
  }

  private Rows.Lane remember(Rows.Lane lane) {
    lanes.put(lane.lane, lane);
    lanesById.put(lane.id, lane);
    return lane;
  }

  void event(Rows.Message message, long position) {
    note(message);
    events.add(new long[] {message.seq, position});
  }

  void redirected(Rows.Message message, long key) {
    note(message);
    redirected.add(new long[] {message.seq, key});
  }

  private static void note(Rows.Message message) {
    if (!message.noted) {
      message.noted = true;
      message.changed();
    }
  }

  /** Rows in memory, changed or only read. */
  int rows() {
    return messages.size() + deliveries.size() + lanes.size() + events.size();
  }

  /** Changes many lanes at once, after what the batch knows has been written. */
  void update(String sql, Object... values) throws SQLException {
    flush();
    PreparedStatement update = statements.of(sql);
    for (int i = 0; i < values.length; i++) {
      update.setObject(i + 1, values[i]);
    }
    update.executeUpdate();
  }

  /** Writes everything and forgets it; the caller commits. */
  void flush() throws SQLException {
    writeMessages();
    writeDeliveries();
    writePairs("merge into event key (seq, pos) values (?, ?)", events);
    writePairs("merge into redirected key (seq, k) values (?, ?)", redirected);
    writeLanes();
    messages.clear();
    deliveries.clear();
    lanes.clear();
    lanesById.clear();
  }

  private void writeMessages() throws SQLException {
    Inserts insert = new Inserts(statements, "message", 8);
    PreparedStatement update =
        statements.of("update message set pos = ?, remaining = ?, noted = ? where seq = ?");
    PreparedStatement delete = statements.of("delete from message where seq = ?");
    PreparedStatement history = statements.of("delete from event where seq = ?");
    PreparedStatement moved = statements.of("delete from redirected where seq = ?");
    for (Rows.Message m : messages.values()) {
      switch (m.mark) {
        case NEW ->
            insert.add(m.seq, m.pos, m.id, m.sender, m.accepted, m.size, m.remaining, m.noted);
        case CHANGED -> add(update, m.pos, m.remaining, m.noted, m.seq);
        case GONE -> {
          add(delete, m.seq);
          if (m.notedBefore) {
            add(history, m.seq);
            add(moved, m.seq);
          }
        }
        case NEVER, CLEAN -> {}
      }
    }
    insert.finish();
    for (PreparedStatement each : List.of(update, delete, history, moved)) {
      each.executeBatch();
    }
    events.removeIf(e -> gone(e[0]));
    redirected.removeIf(e -> gone(e[0]));
  }

  private boolean gone(long seq) {
    Rows.Message message = messages.get(seq);
    return message != null && !message.there();
  }

  private void writeDeliveries() throws SQLException {
    Inserts insert = new Inserts(statements, "delivery", 9);
    PreparedStatement update =
        statements.of(
            "update delivery set state = ?, attempts = ?, next = ?, reply = ? where k = ?");
    PreparedStatement delete = statements.of("delete from delivery where k = ?");
    for (Rows.Delivery d : deliveries.values()) {
      switch (d.mark) {
        case NEW ->
            insert.add(
                d.key,
                d.seq,
                d.laneId,
                d.state,
                d.attempts,
                d.next,
                d.reply,
                d.described,
                d.address);
        case CHANGED -> add(update, d.state, d.attempts, d.next, d.reply, d.key);
        case GONE -> add(delete, d.key);
        case NEVER, CLEAN -> {}
      }
    }
    insert.finish();
    for (PreparedStatement each : List.of(update, delete)) {
      each.executeBatch();
    }
  }

  private void writePairs(String sql, List<long[]> pairs) throws SQLException {
    if (pairs.isEmpty()) {
      return;
    }
    PreparedStatement insert = statements.of(sql);
    for (long[] pair : pairs) {
      add(insert, pair[0], pair[1]);
    }
    insert.executeBatch();
    pairs.clear();
  }

  private void writeLanes() throws SQLException {
    PreparedStatement insert =
        statements.of("insert into lane values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    PreparedStatement update =
        statements.of(
            "update lane set nexthop = ?, shut = ?, waiting = ?, parked = ?, bytes = ?,"
                + " parkedbytes = ?, since = ?, retry = ? where id = ?");
    PreparedStatement delete = statements.of("delete from lane where id = ?");
    for (Rows.Lane lane : lanes.values()) {
      settle(lane);
      switch (lane.mark) {
        case NEW ->
            add(
                insert,
                lane.id,
                lane.lane,
                lane.domain,
                lane.nextHop,
                lane.shut,
                lane.waiting,
                lane.parked,
                lane.bytes,
                lane.parkedBytes,
                lane.since,
                lane.retry);
        case CHANGED ->
            add(
                update,
                lane.nextHop,
                lane.shut,
                lane.waiting,
                lane.parked,
                lane.bytes,
                lane.parkedBytes,
                lane.since,
                lane.retry,
                lane.id);
        case GONE -> add(delete, lane.id);
        case NEVER, CLEAN -> {}
      }
    }
    for (PreparedStatement each : List.of(insert, update, delete)) {
      each.executeBatch();
    }
  }

  /** An empty lane goes; one that lost its head gets the age of the next. */
  private void settle(Rows.Lane lane) throws SQLException {
    if (lane.waiting + lane.parked == 0) {
      lane.gone();
      return;
    }
    if (!lane.headGone) {
      return;
    }
    PreparedStatement select =
        statements.of(
            "select min(m.accepted) from message m where m.seq in (select seq from delivery where k"
                + " in ((select min(k) from delivery where lane = ? and state = 0), (select min(k)"
                + " from delivery where lane = ? and state = 1)))");
    select.setLong(1, lane.id);
    select.setLong(2, lane.id);
    try (ResultSet row = select.executeQuery()) {
      if (row.next()) {
        lane.since = row.getLong(1);
        lane.changed();
      }
    }
  }

  private static void add(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }
}
