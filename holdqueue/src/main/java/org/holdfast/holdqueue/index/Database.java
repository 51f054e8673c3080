package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The H2 file with the index's tables. */
final class Database implements AutoCloseable {

  /** Raised with every change of the tables; an index of another version is rebuilt. */
  static final int VERSION = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int CONNECTIONS = 12;

  private static final List<String> TABLES =
      List.of(
          "create table meta (k varchar primary key, v bigint not null)",
          "create table message (seq bigint primary key, pos bigint not null, id varchar not null,"
              + " sender varchar not null, accepted bigint not null, size bigint not null,"
              + " remaining int not null, noted boolean not null)",
          "create index message_id on message (id)",
          "create table delivery (k bigint primary key, seq bigint not null, lane bigint not null,"
              + " state tinyint not null, attempts int not null, next bigint not null,"
              + " reply varchar not null, described bigint not null, address varchar)",
          "create index delivery_lane on delivery (lane, state, k)",
          "create table redirected (seq bigint not null, k bigint not null, primary key (seq, k))",
          "create table event (seq bigint not null, pos bigint not null, primary key (seq, pos))",
          "create table lane (id bigint primary key, lane varchar not null unique,"
              + " domain varchar not null, nexthop varchar not null, shut boolean not null,"
              + " waiting bigint not null, parked bigint not null, bytes bigint not null,"
              + " parkedbytes bigint not null, since bigint not null, retry bigint not null)",
          "create index lane_domain on lane (domain, lane)",
          "create index lane_nexthop on lane (nexthop, lane)",
          "create table segment (base bigint primary key, live bigint not null)",
          "create table reference (base bigint not null, target bigint not null,"
              + " primary key (base, target))");

  private final JdbcConnectionPool pool;

  private Database(JdbcConnectionPool pool) {
    this.pool = pool;
  }

  /** Opens what is there, or throws when it is damaged or of another version. */
  static Database open(Path directory) throws SQLException {
    String url =
        String.format(
            Locale.ROOT,
            "jdbc:h2:file:%s;CACHE_SIZE=%d;DB_CLOSE_ON_EXIT=FALSE;MAX_COMPACT_TIME=200;WRITE_DELAY=2000",
            directory.toAbsolutePath().resolve("index"),
            48 << 10);
    JdbcConnectionPool pool = JdbcConnectionPool.create(url, "sa", "");
    pool.setMaxConnections(CONNECTIONS);
    Database database = new Database(pool);
    try {
      database.prepare();
      return database;
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Deletes the index's files. */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void prepare() throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      if (!exists(statement)) {
        for (String table : TABLES) {
          statement.execute(table);
        }
        statement.execute("insert into meta values ('version', " + VERSION + "), ('position', 0)");
      }
      try (ResultSet rows = statement.executeQuery("select v from meta where k = 'version'")) {
        if (!rows.next() || rows.getInt(1) != VERSION) {
          throw new SQLException("index of another version");
        }
      }
    }
  }

  private static boolean exists(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "select count(*) from information_schema.tables where table_name = 'META'")) {
      return rows.next() && rows.getInt(1) > 0;
    }
  }

  /** A connection of the pool, committing by itself; the caller closes it. */
  Connection connection() throws SQLException {
    return pool.getConnection();
  }

  @Override
  public void close() {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute("shutdown");
    } catch (SQLException e) {
      LOG.debug("the index did not shut down by itself", e);
    }
    pool.dispose();
  }
}
