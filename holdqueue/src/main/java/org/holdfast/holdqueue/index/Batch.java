package org.holdfast.holdqueue.index;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one transaction touches: read once, changed in memory, written together. One
 * thread; the connection does not commit by itself.
 */
final class Batch {

  /** Lanes that are remembered after they were written. */
  private static final int LANES = 50_000;

  /** Lines of a message's history that are kept for ever, and of the latest ones after them. */
  private static final int FIRST = 20;

  private static final int LATEST = 80;

  /** The age of lanes that lost their head while the index was being built. */
  private static final long UNKNOWN = -1;

  /** Writes those ages, when the indexes are there. */
  static final String AGES = "update lane set since = " + age("lane.id") + " where since < 0";

  private final Statements statements;
  private final LongUnaryOperator segmentOf;
  private final Map<Long, Rows.Message> messages = new HashMap<>();
  private final Map<Long, Rows.Delivery> deliveries = new LinkedHashMap<>();

  /** Kept from one transaction to the next: all mail asks for its lane. */
  private final Map<String, Rows.Lane> lanes = new HashMap<>();

  private final Map<Long, Rows.Lane> lanesById = new HashMap<>();
  private final List<long[]> events = new ArrayList<>();
  private final List<long[]> redirected = new ArrayList<>();
  private final boolean building;
  private long nextLane;

  /** Messages and octets of their content that came, less those that went. */
  private long messagesBy;

  private long octetsBy;

  Batch(Statements statements, LongUnaryOperator segmentOf) throws SQLException {
    this(statements, segmentOf, false);
  }

  /** For tables that have no indexes yet; {@link #AGES} belongs to the end of it. */
  static Batch building(Statements statements, LongUnaryOperator segmentOf) throws SQLException {
    return new Batch(statements, segmentOf, true);
  }

  private Batch(Statements statements, LongUnaryOperator segmentOf, boolean building)
      throws SQLException {
    this.statements = statements;
    this.segmentOf = segmentOf;
    this.building = building;
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
            "select pos, id, sender, accepted, size, remaining, notes from message where seq = ?");
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
    message.notes = row.getInt(7);
    message.notesBefore = message.notes;
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
    List<Rows.Delivery> found = new ArrayList<>();
    ByKeys select =
        new ByKeys(
            statements,
            "select k, seq, lane, state, attempts, next, reply, described, address from delivery"
                + " where k",
            statement -> readAll(statement, row -> found.add(readDelivery(row))));
    for (long key : keys) {
      if (!deliveries.containsKey(key)) {
        select.add(key);
      }
    }
    select.finish();
    loadMessages(found);
    for (Rows.Delivery delivery : found) {
      Rows.Message message = messages.get(delivery.seq);
      delivery.size = message == null ? 0 : message.size;
      delivery.lane = lane(delivery.laneId);
      deliveries.putIfAbsent(delivery.key, delivery);
    }
  }

  private void loadMessages(List<Rows.Delivery> of) throws SQLException {
    ByKeys select =
        new ByKeys(
            statements,
            "select pos, id, sender, accepted, size, remaining, notes, seq from message where seq",
            statement ->
                readAll(
                    statement,
                    row -> messages.putIfAbsent(row.getLong(8), readMessage(row, row.getLong(8)))));
    for (Rows.Delivery delivery : of) {
      if (!messages.containsKey(delivery.seq)) {
        select.add(delivery.seq);
      }
    }
    select.finish();
  }

  /** Takes one row. */
  private interface Reader {
    void take(ResultSet row) throws SQLException;
  }

  private static void readAll(PreparedStatement select, Reader reader) throws SQLException {
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        reader.take(row);
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

  /** One more line of a message's history: the first ones and the latest are kept. */
  void event(Rows.Message message, long position) {
    int number = message.notes;
    note(message);
    int slot = number < FIRST ? number : FIRST + (number - FIRST) % LATEST;
    events.add(new long[] {message.seq, slot, position});
  }

  void redirected(Rows.Message message, long key) {
    note(message);
    redirected.add(new long[] {message.seq, key});
  }

  private static void note(Rows.Message message) {
    message.notes++;
    message.changed();
  }

  /** Rows in memory, changed or only read. */
  int rows() {
    return messages.size() + deliveries.size() + events.size();
  }

  /** Changes many lanes at once, after what the batch knows has been written. */
  void update(String sql, Object... values) throws SQLException {
    flush();
    PreparedStatement update = statements.of(sql);
    for (int i = 0; i < values.length; i++) {
      update.setObject(i + 1, values[i]);
    }
    update.executeUpdate();
    forgetLanes();
  }

  /** The tables show the log up to here once the caller has committed. */
  void position(long reached) throws SQLException {
    PreparedStatement update = statements.of("update meta set v = ? where k = 'position'");
    update.setLong(1, reached);
    update.executeUpdate();
    add("messages", messagesBy);
    add("octets", octetsBy);
    messagesBy = 0;
    octetsBy = 0;
  }

  private void add(String total, long by) throws SQLException {
    if (by != 0) {
      PreparedStatement update = statements.of("update meta set v = v + ? where k = ?");
      update.setLong(1, by);
      update.setString(2, total);
      update.executeUpdate();
    }
  }

  /** Writes everything and forgets it; the caller commits. */
  void flush() throws SQLException {
    writeMessages();
    writeDeliveries();
    writeAll("insert or replace into event values (?, ?, ?)", events);
    writeAll("insert or replace into redirected values (?, ?)", redirected);
    writeLanes();
    messages.clear();
    deliveries.clear();
    if (lanes.size() > LANES) {
      forgetLanes();
    }
  }

  private void forgetLanes() {
    lanes.clear();
    lanesById.clear();
  }

  private void writeMessages() throws SQLException {
    Inserts insert = new Inserts(statements, "message", 8);
    PreparedStatement update =
        statements.of("update message set pos = ?, remaining = ?, notes = ? where seq = ?");
    ByKeys delete = ByKeys.delete(statements, "message", "seq");
    ByKeys history = ByKeys.delete(statements, "event", "seq");
    ByKeys elsewhere = ByKeys.delete(statements, "redirected", "seq");
    for (Rows.Message m : messages.values()) {
      switch (m.mark) {
        case NEW -> {
          insert.add(m.seq, m.pos, m.id, m.sender, m.accepted, m.size, m.remaining, m.notes);
          count(1, m.size);
        }
        case CHANGED -> add(update, m.pos, m.remaining, m.notes, m.seq);
        case GONE -> {
          delete.add(m.seq);
          count(-1, -m.size);
          if (m.notesBefore > 0) {
            history.add(m.seq);
            elsewhere.add(m.seq);
          }
        }
        case NEVER, CLEAN -> {}
      }
    }
    insert.finish();
    update.executeBatch();
    for (ByKeys each : List.of(delete, history, elsewhere)) {
      each.finish();
    }
    events.removeIf(e -> gone(e[0]));
    redirected.removeIf(e -> gone(e[0]));
  }

  private void count(int by, long octets) {
    messagesBy += by;
    octetsBy += octets;
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
    ByKeys delete = ByKeys.delete(statements, "delivery", "k");
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
        case GONE -> delete.add(d.key);
        case NEVER, CLEAN -> {}
      }
    }
    insert.finish();
    update.executeBatch();
    delete.finish();
  }

  private void writeAll(String sql, List<long[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    PreparedStatement insert = statements.of(sql);
    for (long[] row : rows) {
      add(insert, Arrays.stream(row).boxed().toArray());
    }
    insert.executeBatch();
    rows.clear();
  }

  private void writeLanes() throws SQLException {
    Inserts insert = new Inserts(statements, "lane", 11);
    PreparedStatement update =
        statements.of(
            "update lane set nexthop = ?, shut = ?, waiting = ?, parked = ?, bytes = ?,"
                + " parkedbytes = ?, since = ?, retry = ? where id = ?");
    ByKeys delete = ByKeys.delete(statements, "lane", "id");
    List<Rows.Lane> gone = new ArrayList<>();
    for (Rows.Lane lane : lanes.values()) {
      settle(lane);
      switch (lane.mark) {
        case NEW ->
            insert.add(
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
        case GONE -> delete.add(lane.id);
        case NEVER, CLEAN -> {}
      }
      if (lane.there()) {
        lane.written();
      } else {
        gone.add(lane);
      }
    }
    delete.finish();
    insert.finish();
    update.executeBatch();
    for (Rows.Lane lane : gone) {
      lanes.remove(lane.lane);
      lanesById.remove(lane.id);
    }
  }

  /** An empty lane goes; one that lost its head gets the age of the next. */
  private void settle(Rows.Lane lane) throws SQLException {
    if (lane.mark == Rows.Mark.CLEAN) {
      return;
    }
    if (lane.waiting + lane.parked == 0) {
      lane.gone();
      return;
    }
    if (!lane.headGone) {
      return;
    }
    if (building) {
      lane.since = UNKNOWN;
      lane.changed();
      return;
    }
    PreparedStatement select = statements.of("select " + age("?1"));
    select.setLong(1, lane.id);
    try (ResultSet row = select.executeQuery()) {
      if (row.next()) {
        lane.since = row.getLong(1);
        lane.changed();
      }
    }
  }

  /** When the older of a lane's first delivery waiting and first one parked was accepted. */
  private static String age(String lane) {
    String first =
        "(select min(k) from delivery indexed by delivery_lane where lane = %s and state = %d)";
    return String.format(
        Locale.ROOT,
        "coalesce((select min(m.accepted) from message m where m.seq in (select seq from delivery"
            + " where k in ("
            + first
            + ", "
            + first
            + "))), 0)",
        lane,
        Rows.Delivery.WAITING,
        lane,
        Rows.Delivery.PARKED);
  }

  private static void add(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }
}
