package org.holdfast.holdqueue.index;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
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

  private final Statements statements;
  private final MessageRows messages;
  private final Map<Long, Rows.Delivery> deliveries = new LinkedHashMap<>();
  private final LaneRows lanes;

  Batch(Statements statements, LongUnaryOperator segmentOf) throws SQLException {
    this(statements, segmentOf, false);
  }

  /** For tables that have no indexes yet; {@link LaneRows#AGES} belongs to the end of it. */
  static Batch building(Statements statements, LongUnaryOperator segmentOf) throws SQLException {
    return new Batch(statements, segmentOf, true);
  }

  private Batch(Statements statements, LongUnaryOperator segmentOf, boolean building)
      throws SQLException {
    this.statements = statements;
    this.messages = new MessageRows(statements, segmentOf);
    this.lanes = new LaneRows(statements, building);
  }

  /** Null when there is none, any more. */
  Rows.@Nullable Message message(long seq) throws SQLException {
    return messages.message(seq);
  }

  Rows.Message newMessage(long seq) {
    return messages.newMessage(seq);
  }

  /** One more line of a message's history: the first ones and the latest are kept. */
  void event(Rows.Message message, long position, int attempt) {
    messages.event(message, position, attempt);
  }

  /** {@link MessageRows#told}. */
  void told(Rows.Message message) {
    messages.told(message);
  }

  /** This delivery is a message's, though its key does not say so. */
  void redirected(Rows.Message message, long key) {
    messages.redirected(message, key);
  }

  /** Null when there is none. */
  Rows.@Nullable Lane lane(String name) throws SQLException {
    return lanes.lane(name);
  }

  Rows.Lane laneOrNew(String name) throws SQLException {
    return lanes.laneOrNew(name);
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
            "select k, seq, lane, state, attempts, next, reply, described, address, original from"
                + " delivery"
                + " where k",
            statement -> Statements.readAll(statement, row -> found.add(readDelivery(row))));
    for (long key : keys) {
      if (!deliveries.containsKey(key)) {
        select.add(key);
      }
    }
    select.finish();
    messages.load(found);
    for (Rows.Delivery delivery : found) {
      delivery.size = messages.size(delivery.seq);
      delivery.lane = lanes.lane(delivery.laneId);
      deliveries.putIfAbsent(delivery.key, delivery);
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
    delivery.original = row.getString(10);
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

  /** Rows in memory, changed or only read. */
  int rows() {
    return messages.rows() + deliveries.size();
  }

  /** Changes many lanes at once, after what the batch knows has been written. */
  void update(String sql, Object... values) throws SQLException {
    flush();
    PreparedStatement update = statements.of(sql);
    for (int i = 0; i < values.length; i++) {
      update.setObject(i + 1, values[i]);
    }
    update.executeUpdate();
    lanes.forget();
  }

  /** The tables show the log up to here once the caller has committed. */
  void position(long reached) throws SQLException {
    PreparedStatement update = statements.of("update meta set v = ? where k = 'position'");
    update.setLong(1, reached);
    update.executeUpdate();
    messages.addTotals();
  }

  /** Writes everything and forgets it; the caller commits. */
  void flush() throws SQLException {
    messages.write();
    writeDeliveries();
    deliveries.clear();
    lanes.write();
    lanes.forgetSome();
  }

  private void writeDeliveries() throws SQLException {
    Inserts insert = new Inserts(statements, "delivery", 10);
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
                d.address,
                d.original);
        case CHANGED -> Statements.batch(update, d.state, d.attempts, d.next, d.reply, d.key);
        case GONE -> delete.add(d.key);
        case NEVER, CLEAN -> {}
      }
    }
    insert.finish();
    update.executeBatch();
    delete.finish();
  }
}
