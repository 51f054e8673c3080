package org.holdfast.holdqueue.index;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The statements of the thread that applies the log, parsed once; they live as long as its
 * connection. One thread, and a text is not asked for again while its result is read.
 */
final class Statements {

  private final Connection connection;
  private final Map<String, PreparedStatement> bySql = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  PreparedStatement of(String sql) throws SQLException {
    PreparedStatement known = bySql.get(sql);
    if (known == null) {
      known = connection.prepareStatement(sql);
      bySql.put(sql, known);
    }
    return known;
  }
}
