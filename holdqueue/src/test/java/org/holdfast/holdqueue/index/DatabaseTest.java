package org.holdfast.holdqueue.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.holdqueue.index.Database.SPARE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

  private static final int ROWS = 60_000;

  @TempDir Path directory;

  private Path file() {
    return directory.resolve(Database.FILE);
  }

  private Database open() throws SQLException {
    try (Connection connection = Database.connect(file());
        Statement statement = connection.createStatement()) {
      Tables.create(statement);
      Tables.createIndexes(statement);
    }
    return Database.open(directory);
  }

  /** More pages than are left in the file when they are not needed. */
  private static void fill(Connection writer) throws SQLException {
    String sender = "a-sender-so-long-that-the-rows-take-room".repeat(15) + "@example.com";
    try (PreparedStatement insert =
        writer.prepareStatement("insert into message values (?, 1, 'id', ?, 1, 1, 1, 0)")) {
      for (int i = 0; i < ROWS; i++) {
        insert.setLong(1, i);
        insert.setString(2, sender);
        insert.executeUpdate();
      }
    }
    writer.commit();
  }

  private static long count(Statements statements) throws SQLException {
    try (ResultSet row = statements.of("select count(*) from message").executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void tables_emptied_giveTheirRoomBack() throws SQLException, IOException {
    try (Database database = open()) {
      fill(database.writer());
      try (Statement statement = database.writer().createStatement()) {
        statement.execute("delete from message");
      }
      database.writer().commit();
      assertThat(database.read(DatabaseTest::unused)).isGreaterThan(2L * SPARE);
      int steps = 0;
      while (database.shrink()) {
        steps++;
      }
      assertThat(steps).isBetween(1, 100);
      assertThat(database.read(DatabaseTest::count)).isZero();
      assertThat(Files.size(file())).as("while it is open").isLessThan((SPARE + 100L) << 12);
    }
  }

  /** Little at a time, and nobody waits for a reader who is not done. */
  @Test
  void tables_emptiedWhileThereIsOtherWork_giveSomeOfTheirRoomBack() throws SQLException {
    try (Database database = open()) {
      fill(database.writer());
      try (Statement statement = database.writer().createStatement()) {
        statement.execute("delete from message");
      }
      database.writer().commit();
      long unused = database.read(DatabaseTest::unused);
      database.read(statements -> {
        database.shrinkMeanwhile();
        return count(statements);
      });
      assertThat(unused - database.read(DatabaseTest::unused)).isBetween(1L, 1_000L);
      while (database.read(DatabaseTest::unused) > SPARE) {
        database.shrinkMeanwhile();
      }
      assertThat(database.shrink()).as("nothing is left but to cut the file").isFalse();
      assertThat(file().toFile().length()).isLessThan((SPARE + 100L) << 12);
    }
  }

  private static long unused(Statements statements) throws SQLException {
    try (ResultSet row = statements.of("pragma freelist_count").executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Those who ask see what was committed, neither more nor less, and wait for nobody. */
  @Test
  void reader_whileRowsAreWritten_seesWhatWasCommitted() throws SQLException {
    try (Database database = open()) {
      try (Statement statement = database.writer().createStatement()) {
        statement.execute("insert into message values (1, 1, 'a', '', 1, 1, 1, 0)");
        assertThat(database.read(DatabaseTest::count)).isZero();
        database.writer().commit();
        assertThat(database.read(DatabaseTest::count)).isEqualTo(1);
      }
    }
  }

  @Test
  void readers_closed_leaveNothingOpen() throws SQLException {
    Database database = open();
    assertThat(database.read(DatabaseTest::count)).isZero();
    database.sync();
    database.close();
    // The last one out copies the write-ahead log into the file and deletes it.
    assertThat(directory.resolve(Database.FILE + "-wal")).doesNotExist();
    assertThatThrownBy(() -> database.read(DatabaseTest::count)).isInstanceOf(SQLException.class);
  }

  /** A full disk is no damage: what is there is kept, and can be read. */
  @Test
  void disk_full_isToldFromDamage() throws SQLException {
    try (Database database = open()) {
      try (Statement statement = database.writer().createStatement()) {
        statement.execute("pragma max_page_count = 100");
        assertThatThrownBy(() -> fill(database.writer()))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(Database.isFull(e)).isTrue());
      }
      assertThat(database.read(DatabaseTest::count)).isZero();
    }
  }

  @Test
  void file_garbage_isDamageAndNoTrouble() throws IOException {
    Files.write(file(), "no database, whatever its name says. ".repeat(500).getBytes(UTF_8));
    assertThatThrownBy(() -> Database.open(directory))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(Database.isTrouble(e)).isFalse());
  }

  @Test
  void file_thatCannotBeOpened_isTrouble() throws IOException {
    Files.createDirectory(file());
    assertThatThrownBy(() -> Database.open(directory))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(Database.isTrouble(e)).isTrue());
  }

  @Test
  void file_missing_isNotMade() {
    assertThatThrownBy(() -> Database.open(directory)).hasMessage("there is no index");
    assertThat(file()).doesNotExist();
  }
}
