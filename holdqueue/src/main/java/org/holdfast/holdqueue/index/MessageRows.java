package org.holdfast.holdqueue.index;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The rows of messages that a {@link Batch} touches, and of what became of them. One thread. */
final class MessageRows {

  private final Statements statements;
  private final LongUnaryOperator segmentOf;
  private final Map<Long, Rows.Message> messages = new HashMap<>();
  private final List<long[]> events = new ArrayList<>();
  private final List<long[]> redirected = new ArrayList<>();

  /** Messages whose lines the record tells now that they were carried in. */
  private final Set<Long> told = new HashSet<>();

  /** Messages and octets of their content that came, less those that went. */
  private long messagesBy;

  private long octetsBy;

  MessageRows(Statements statements, LongUnaryOperator segmentOf) {
    this.statements = statements;
    this.segmentOf = segmentOf;
  }

  /** Null when there is none, any more. */
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

  /** As it is known; 0 when it is not. */
  long size(long seq) {
    Rows.Message message = messages.get(seq);
    return message == null ? 0 : message.size;
  }

  /** Reads the messages of these, as far as they are not known yet. */
  void load(List<Rows.Delivery> of) throws SQLException {
    ByKeys select =
        new ByKeys(
            statements,
            "select pos, id, sender, accepted, size, remaining, notes, seq from message where seq",
            statement ->
                Statements.readAll(
                    statement,
                    row -> messages.putIfAbsent(row.getLong(8), readMessage(row, row.getLong(8)))));
    for (Rows.Delivery delivery : of) {
      if (!messages.containsKey(delivery.seq)) {
        select.add(delivery.seq);
      }
    }
    select.finish();
  }

  /** One more line of a message's history: the first ones and the latest are kept. */
  void event(Rows.Message message, long position, int attempt) {
    int number = message.notes;
    note(message);
    int slot =
        number < HistoryLine.FIRST
            ? number
            : HistoryLine.FIRST + (number - HistoryLine.FIRST) % HistoryLine.LATEST;
    events.add(new long[] {message.seq, slot, position, attempt});
  }

  /** What happened so far is told by the message's own record. */
  void told(Rows.Message message) {
    events.removeIf(event -> event[0] == message.seq);
    if (message.notesBefore > 0) {
      told.add(message.seq);
    }
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
    return messages.size() + events.size();
  }

  /** Writes everything and forgets it. */
  void write() throws SQLException {
    writeMessages();
    writeAll("insert or replace into event values (?, ?, ?, ?)", events);
    writeAll("insert or replace into redirected values (?, ?)", redirected);
    messages.clear();
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
        case CHANGED -> Statements.batch(update, m.pos, m.remaining, m.notes, m.seq);
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
    for (long seq : told) {
      history.add(seq);
    }
    told.clear();
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

  private void writeAll(String sql, List<long[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    PreparedStatement insert = statements.of(sql);
    for (long[] row : rows) {
      Statements.batch(insert, Arrays.stream(row).boxed().toArray());
    }
    insert.executeBatch();
    rows.clear();
  }

  /** Adds what was written since to the totals. */
  void addTotals() throws SQLException {
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
}
