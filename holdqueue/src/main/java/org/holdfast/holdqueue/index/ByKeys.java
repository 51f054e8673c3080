package org.holdfast.holdqueue.index;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A statement about many rows, told by their keys: far less work than one each. One thread. */
final class ByKeys {

  /** Keys of one statement; fewer are filled up with the last of them. */
  private static final int KEYS = 64;

  private static final String PLACES =
      " in (" + String.join(", ", Collections.nCopies(KEYS, "?")) + ")";

  private final Statements statements;
  private final String sql;
  private final Step step;
  private final List<Long> keys = new ArrayList<>(KEYS);

  /** What is done with the statement when its keys are set. */
  interface Step {
    void run(PreparedStatement statement) throws SQLException;
  }

  /** Ends {@code sql}, which names a column last, with a list of keys. */
  ByKeys(Statements statements, String sql, Step step) {
    this.statements = statements;
    this.sql = sql;
    this.step = step;
  }

  /** Deletes the rows with these keys. */
  static ByKeys delete(Statements statements, String table, String column) {
    return new ByKeys(
        statements, "delete from " + table + " where " + column, PreparedStatement::executeUpdate);
  }

  void add(long key) throws SQLException {
    keys.add(key);
    if (keys.size() == KEYS) {
      finish();
    }
  }

  /** Does those that are left. */
  void finish() throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    PreparedStatement statement = statements.of(sql + PLACES);
    for (int i = 0; i < KEYS; i++) {
      statement.setLong(i + 1, keys.get(Math.min(i, keys.size() - 1)));
    }
    keys.clear();
    step.run(statement);
  }
}
