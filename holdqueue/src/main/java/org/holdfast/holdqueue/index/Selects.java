package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the tables. Thread-safe. */
final class Selects {

  private static final String COLUMNS =
      "select d.k, d.seq, d.state, d.attempts, d.next, d.reply, d.described, m.pos, l.lane,"
          + " l.nexthop, l.shut, l.retry, m.id, d.address,"
          + " d.original";

  /** By key, whatever else is asked: a page costs no sorting of all that the filter means. */
  private static final String BY_KEY =
      " from delivery d cross join message m on m.seq = d.seq cross join lane l on l.id = d.lane"
          + " where d.k > ?";

  /** Of one lane. */
  private static final String BY_LANE =
      " from lane l cross join delivery d indexed by delivery_lane on d.lane = l.id cross join"
          + " message m on m.seq = d.seq where d.k > ?";

  /** Of those that wait for a person. */
  private static final String BY_PARKED =
      " from delivery d indexed by delivery_parked cross join message m on m.seq = d.seq cross join"
          + " lane l on l.id = d.lane where d.k > ?";

  static final String ITEMS = COLUMNS + BY_KEY;
  static final String OF_LANE = COLUMNS + BY_LANE;
  static final String PARKED = COLUMNS + BY_PARKED;

  private static final String COUNT = "select count(*)";
  static final String COUNT_ITEMS = COUNT + BY_KEY;
  static final String COUNT_OF_LANE = COUNT + BY_LANE;
  static final String COUNT_PARKED = COUNT + BY_PARKED;

  private final Shown shown;

  Selects(Shown shown) {
    this.shown = shown;
  }

  /** Deliveries; {@code sql} begins with one of the above. */
  List<Questions.Row> rows(String sql, List<Object> values) throws IOException {
    return ask(sql, values, Selects::row);
  }

  private static Questions.Row row(ResultSet row) throws SQLException {
    return row(
        row,
        row.getString(9),
        row.getString(10),
        row.getBoolean(11),
        row.getLong(12),
        row.getString(13),
        row.getString(14),
        row.getString(15));
  }

  /** The delivery's own columns, and what is known of its lane and message. */
  static Questions.Row row(
      ResultSet row,
      String lane,
      String nextHop,
      boolean shut,
      long retry,
      String id,
      @Nullable String address,
      @Nullable String given)
      throws SQLException {
    return new Questions.Row(
        row.getLong(1),
        row.getLong(2),
        row.getLong(8),
        row.getInt(3),
        row.getInt(4),
        row.getLong(5),
        row.getString(6),
        row.getLong(7),
        lane,
        nextHop,
        shut,
        retry,
        id,
        address,
        given);
  }

  /** Makes something of one row. */
  interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All that the tables answer to this. */
  <T> List<T> ask(String sql, List<Object> values, Reader<T> reader) throws IOException {
    return read(statements -> ask(statements.of(sql), values, reader));
  }

  /** The one number that the tables answer to this. */
  long number(String sql, List<Object> values) throws IOException {
    return ask(sql, values, row -> row.getLong(1)).getFirst();
  }

  /** Reads the tables; that they cannot be read says nothing about what is in them. */
  <T> T read(Database.Reading<T> reading) throws IOException {
    try {
      return shown.read(reading);
    } catch (SQLException e) {
      throw new IOException("the index cannot be asked", e);
    }
  }

  private static <T> List<T> ask(PreparedStatement select, List<Object> values, Reader<T> reader)
      throws SQLException {
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
  }
}
