package org.holdfast.routing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection to the view and its prepared statements. Used by one thread at a time. */
final class Session implements AutoCloseable {

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  private Session(Connection connection) {
    this.connection = connection;
  }

  /** Opens a connection to this file, which is made when it is missing; commits by itself. */
  static Session open(Path file, List<String> settings) throws SQLException {
    Session session = new Session(DriverManager.getConnection(MapSql.url(file)));
    try {
      session.run(settings);
      return session;
    } catch (SQLException e) {
      try (session) {
        throw e;
      }
    }
  }

  /** Runs statements without parameters. */
  void run(List<String> statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        boolean _ = statement.execute(sql);
      }
    }
  }

  /** From now on nothing is visible to others before {@link #commit}. */
  void begin() throws SQLException {
    connection.setAutoCommit(false);
  }

  /** The statement with these parameters: strings, numbers, byte arrays and nulls. */
  PreparedStatement with(String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  /** Puts a row's values into a statement from this place on; returns the next place. */
  interface Binding<T> {
    int bind(PreparedStatement to, int place, T row) throws SQLException;
  }

  /** Writes rows, many to a statement; what is left over goes one by one. */
  <T> void rows(MapSql.Puts puts, List<T> rows, Binding<T> binding) throws SQLException {
    int whole = rows.size() - rows.size() % MapSql.AT_ONCE;
    for (int from = 0; from < whole; from += MapSql.AT_ONCE) {
      write(puts.many(), rows.subList(from, from + MapSql.AT_ONCE), binding);
    }
    for (int from = whole; from < rows.size(); from++) {
      write(puts.one(), rows.subList(from, from + 1), binding);
    }
  }

  private <T> void write(String sql, List<T> rows, Binding<T> binding) throws SQLException {
    PreparedStatement statement = with(sql);
    int place = 1;
    for (T row : rows) {
      place = binding.bind(statement, place, row);
    }
    int _ = statement.executeUpdate();
  }

  int update(String sql, @Nullable Object... parameters) throws SQLException {
    return with(sql, parameters).executeUpdate();
  }

  void commit() throws SQLException {
    connection.commit();
  }

  /**
   * Undoes what was not committed, because of this trouble, which stays the one that is told: on a
   * full disk SQLite has rolled back by itself, and says to us that there is nothing to roll back.
   */
  void rollback(SQLException because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
