package org.holdfast.routing;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for one key in a table that is ordered by its keys.
 *
 * <p>"It is not there" is believed only when both neighbours are undamaged: a search compares with
 * the keys that it meets, and one key that is damaged leads it astray only to the place beside that
 * row. So a mailbox whose own row is damaged is not "unknown".
 *
 * @param atOrAfter asks for the first row whose key is the parameter or behind it
 * @param before asks for the last row before it
 * @param row reads a row and checks it
 */
record Seek<T>(String atOrAfter, String before, Row<T> row) {

  /** Reads the row under the cursor, or throws that it is damaged. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** The first row from this key on that is before the end; null when there is none. */
  @Nullable T first(Session session, String key, String end) throws SQLException {
    try (ResultSet found = session.with(atOrAfter, key).executeQuery()) {
      if (found.next()) {
        T read = row.read(found);
        String there = found.getString(1);
        if (there.equals(key) || (there.compareTo(key) > 0 && there.compareTo(end) < 0)) {
          return read;
        }
      }
    }
    try (ResultSet found = session.with(before, key).executeQuery()) {
      if (found.next()) {
        T _ = row.read(found);
      }
    }
    return null;
  }

  /** The row of this key; null when there is none. */
  @Nullable T exactly(Session session, String key) throws SQLException {
    return first(session, key, key);
  }
}
