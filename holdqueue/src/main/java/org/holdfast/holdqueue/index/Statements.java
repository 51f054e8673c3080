package org.holdfast.holdqueue.index;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements of one connection, parsed once; they live as long as it does. They join nothing: a
 * plan that was made while the tables were empty must do when they are not. One thread at a time,
 * and a text is not asked for again while its result is read.
 */
final class Statements {

  private static final Logger LOG = LoggerFactory.getLogger(Statements.class);

  private final Connection connection;
  private final Map<String, PreparedStatement> bySql = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  /** Gives the connection back. */
  void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("a connection to the index did not close", e);
    }
  }

  PreparedStatement of(String sql) throws SQLException {
    PreparedStatement known = bySql.get(sql);
    if (known == null) {
      known = connection.prepareStatement(sql);
      bySql.put(sql, known);
    }
    return known;
  }

  /** Takes one row. */
  interface Reader {
    void take(ResultSet row) throws SQLException;
  }

  /** Hands all rows of this to the reader. */
  static void readAll(PreparedStatement select, Reader reader) throws SQLException {
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        reader.take(row);
      }
    }
  }

  /** One more row for this statement's batch. */
  static void batch(PreparedStatement statement, @Nullable Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }
}
