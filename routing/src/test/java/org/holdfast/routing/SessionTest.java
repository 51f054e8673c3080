package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {

  @Test
  void rollback_sqliteHasRolledBackByItself_theFirstTroubleStays(@TempDir Path folder)
      throws SQLException {
    try (Session session = Session.open(folder.resolve("t.db"), List.of("CREATE TABLE t(x)"))) {
      session.begin();
      assertThat(session.update("INSERT INTO t VALUES (?)", "1")).isEqualTo(1);
      session.run(List.of("ROLLBACK")); // as SQLite does on a full disk
      SQLException full = new SQLException("[SQLITE_FULL] database or disk is full");

      session.rollback(full);

      assertThat(full.getSuppressed()).hasSize(1);
    }
  }

  @Test
  void rollback_insideATransaction_nothingOfItStays(@TempDir Path folder) throws SQLException {
    try (Session session = Session.open(folder.resolve("t.db"), List.of("CREATE TABLE t(x)"))) {
      session.begin();
      assertThat(session.update("INSERT INTO t VALUES (?)", "1")).isEqualTo(1);
      SQLException trouble = new SQLException("any");

      session.rollback(trouble);

      assertThat(trouble.getSuppressed()).isEmpty();
      try (ResultSet rows = session.with("SELECT count(*) FROM t").executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isZero();
      }
    }
  }
}
