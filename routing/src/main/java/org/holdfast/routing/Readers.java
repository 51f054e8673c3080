package org.holdfast.routing;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A few sessions for readers; whoever finds none free waits a bounded time. Thread-safe. */
final class Readers implements AutoCloseable {

  /** More do not help: a read takes microseconds. */
  static final int SESSIONS = 4;

  /** How long a lookup waits for a session before the map counts as unusable. */
  static final int WAIT_SECONDS = 10;

  /** The one used last is used next: its pages are in memory. */
  private final BlockingDeque<Session> free = new LinkedBlockingDeque<>(SESSIONS);

  private volatile boolean closed;

  Readers(Path file) throws SQLException {
    try {
      for (int i = 0; i < SESSIONS; i++) {
        free.add(Session.open(file, MapSql.READS));
      }
    } catch (SQLException e) {
      try (this) {
        throw e;
      }
    }
  }

  /** Something to read. */
  interface Query<T> {
    T run(Session session) throws SQLException;
  }

  <T> T read(Query<T> query) throws SQLException {
    Session session = borrow();
    try {
      return query.run(session);
    } finally {
      giveBack(session);
    }
  }

  private Session borrow() throws SQLException {
    try {
      Session session = closed ? null : poll();
      if (session == null) {
        throw closed
            ? new SQLException("the view is closed")
            : new SQLTransientException("no session came free in time");
      }
      return session;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTransientException("interrupted while waiting for a session", e);
    }
  }

  private @Nullable Session poll() throws InterruptedException {
    Session session = free.poll();
    return session != null ? session : free.poll(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private void giveBack(Session session) throws SQLException {
    if (closed || !free.offerFirst(session)) {
      session.close();
    }
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    for (Session s = free.poll(); s != null; s = free.poll()) {
      s.close();
    }
  }
}
