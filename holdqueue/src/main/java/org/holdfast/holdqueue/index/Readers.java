package org.holdfast.holdqueue.index;

import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Connections with parsed statements for the one question that is asked all the time. As many as
 * are used at once are kept: the dispatcher's readers. Thread-safe.
 */
final class Readers {

  private final Index index;
  private final Queue<Reader> idle = new ConcurrentLinkedQueue<>();

  Readers(Index index) {
    this.index = index;
  }

  /** Statements of one connection of one database. */
  private record Reader(Database of, Statements statements) {}

  /** Something read by means of these statements. */
  interface Reading<T> {
    T read(Statements statements) throws SQLException;
  }

  <T> T read(Reading<T> reading) throws SQLException {
    Database current = index.database();
    Reader reader = idle.poll();
    while (reader != null && reader.of != current) {
      reader.statements.close();
      reader = idle.poll();
    }
    if (reader == null) {
      reader = new Reader(current, new Statements(current.connection()));
    }
    try {
      T read = reading.read(reader.statements);
      idle.add(reader);
      return read;
    } catch (SQLException | RuntimeException e) {
      reader.statements.close();
      throw e;
    }
  }
}
