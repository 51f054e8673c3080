package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;

/**
 * The SQLite file with the index's tables: one writer, and readers that neither wait for it nor
 * hold it up (write-ahead log). Thread-safe but for the writer, which belongs to one thread.
 *
 * <p>A commit is atomic and survives the process; the machine's failure it survives from the next
 * checkpoint, or {@link #sync}, on. Until then an older state may come back, whole, and is caught
 * up from the log.
 */
final class Database implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  /** The file's name. */
  static final String FILE = "index.db";

  /** Questions read at once; further ones wait. */
  private static final int READERS = 12;

  /** Memory for pages, outside the heap: the writer's, and each reader's. In KiB. */
  private static final int WRITER_CACHE = 64 << 10;

  private static final int READER_CACHE = 2 << 10;

  /** Pages of 4 KiB after which the write-ahead log is copied into the file. */
  private static final int CHECKPOINT = 4_096;

  /** Unused pages that are left in the file. */
  static final int SPARE = 4_096;

  /** Unused pages that are given back at a time. */
  private static final int GIVEN_BACK = 4_096;

  /** The same while there is other work: some milliseconds. */
  private static final int GIVEN_BACK_MEANWHILE = 512;

  /** How long {@link #close} waits for readers. */
  private static final long PATIENCE_SECONDS = 5;

  private static final Set<Integer> TROUBLE =
      Set.of(
          SQLiteErrorCode.SQLITE_FULL.code,
          SQLiteErrorCode.SQLITE_IOERR.code,
          SQLiteErrorCode.SQLITE_CANTOPEN.code,
          SQLiteErrorCode.SQLITE_PERM.code,
          SQLiteErrorCode.SQLITE_READONLY.code,
          SQLiteErrorCode.SQLITE_NOMEM.code,
          SQLiteErrorCode.SQLITE_BUSY.code,
          SQLiteErrorCode.SQLITE_LOCKED.code);

  private final Path file;
  private final Connection writer;
  private final Semaphore permits = new Semaphore(READERS, true);
  private final Queue<Statements> idle = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /** Pages were given back that the file still has, until the write-ahead log is copied into it. */
  private boolean untruncated;

  private Database(Path file, Connection writer) {
    this.file = file;
    this.writer = writer;
  }

  /** Whether there is a file to open. */
  static boolean exists(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /** Opens what is there, or throws when it is missing, damaged or of another version. */
  static Database open(Path directory) throws SQLException {
    if (!exists(directory)) {
      throw new SQLException("there is no index");
    }
    Path file = directory.resolve(FILE);
    Connection writer = connect(file);
    Database database = new Database(file, writer);
    try {
      database.prepare();
      deleteOthers(directory);
      return database;
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** A connection to this file, which is made when it is missing. Commits by itself. */
  static Connection connect(Path file) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file.toAbsolutePath());
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 10000");
    }
    return connection;
  }

  /** Whether the disk has no more room. */
  static boolean isFull(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_FULL.code;
  }

  /** Whether the files cannot be read or written, which says nothing about what is in them. */
  static boolean isTrouble(SQLException e) {
    return TROUBLE.contains(code(e));
  }

  /** Whether what is in the files cannot be. */
  static boolean isDamage(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code(e) == SQLiteErrorCode.SQLITE_NOTADB.code;
  }

  /** Without the details in the upper octets. */
  private static int code(SQLException e) {
    return e.getErrorCode() & 0xFF;
  }

  /** Deletes the index's files. */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Files of earlier versions, which had another database. */
  private static void deleteOthers(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path each : files.filter(f -> !f.getFileName().toString().startsWith(FILE)).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      LOG.warn("files of an earlier version stay in {}: {}", directory, e.toString());
    }
  }

  private void prepare() throws SQLException {
    try (Statement statement = writer.createStatement()) {
      Tables.check(statement);
      statement.execute("pragma journal_mode = wal");
      statement.execute("pragma synchronous = normal");
      statement.execute("pragma wal_autocheckpoint = " + CHECKPOINT);
      statement.execute("pragma journal_size_limit = " + (CHECKPOINT << 12));
      statement.execute("pragma cache_size = -" + WRITER_CACHE);
    }
    writer.setAutoCommit(false);
  }

  /** The one connection that writes; commits when told. */
  Connection writer() {
    return writer;
  }

  /** Something read by means of these statements. */
  interface Reading<T> {
    T read(Statements statements) throws SQLException;
  }

  /** Reads; waits while {@link #READERS} others do. Not to be nested. */
  <T> T read(Reading<T> reading) throws SQLException {
    permits.acquireUninterruptibly();
    try {
      if (closed) {
        throw new SQLException("the index is closed");
      }
      Statements statements = reader();
      try {
        T read = reading.read(statements);
        idle.add(statements);
        return read;
      } catch (SQLException | RuntimeException e) {
        statements.close();
        throw e;
      }
    } finally {
      permits.release();
    }
  }

  private Statements reader() throws SQLException {
    Statements known = idle.poll();
    if (known != null) {
      return known;
    }
    Connection connection = connect(file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma query_only = true");
      statement.execute("pragma cache_size = -" + READER_CACHE);
    }
    return new Statements(connection);
  }

  /** Puts everything committed so far on stable storage. The writer's thread, between commits. */
  void sync() throws SQLException {
    alone("pragma synchronous = full", Tables.TOUCH, "pragma synchronous = normal");
  }

  /**
   * Gives some unused pages back to the file system; false: there are few left. The writer's
   * thread, between commits.
   */
  boolean shrink() throws SQLException {
    if (giveBack(GIVEN_BACK)) {
      return true;
    }
    if (untruncated) {
      alone("pragma wal_checkpoint(truncate)");
      untruncated = false;
    }
    return false;
  }

  /**
   * The same, but little of it, and nothing that waits for readers: the file follows when the
   * write-ahead log is next copied into it.
   */
  void shrinkMeanwhile() throws SQLException {
    var _ = giveBack(GIVEN_BACK_MEANWHILE);
  }

  /** Whether there are more. */
  private boolean giveBack(int most) throws SQLException {
    long unused = number("pragma freelist_count") - SPARE;
    if (unused <= 0) {
      return false;
    }
    vacuum(Math.min(most, unused));
    untruncated = true;
    return unused > most;
  }

  /** Not as a query: it answers a row without columns for each page, which the driver refuses. */
  private void vacuum(long pages) throws SQLException {
    try (Statement statement = writer.createStatement()) {
      statement.executeUpdate("pragma incremental_vacuum(" + pages + ")");
    } finally {
      writer.commit();
    }
  }

  private long number(String pragma) throws SQLException {
    try (Statement statement = writer.createStatement();
        ResultSet row = statement.executeQuery(pragma)) {
      return row.next() ? row.getLong(1) : 0;
    } finally {
      writer.commit();
    }
  }

  /** Outside of any transaction. */
  private void alone(String... sql) throws SQLException {
    writer.setAutoCommit(true);
    try (Statement statement = writer.createStatement()) {
      for (String each : sql) {
        statement.execute(each);
      }
    } finally {
      writer.setAutoCommit(false);
    }
  }

  /** Waits for readers a while; what was not committed is dropped. */
  @Override
  public void close() {
    closed = true;
    try {
      if (!permits.tryAcquire(READERS, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("the index closes while it is being read");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Statements each = idle.poll(); each != null; each = idle.poll()) {
      each.close();
    }
    try {
      writer.close();
    } catch (SQLException e) {
      LOG.debug("the index did not close by itself", e);
    }
    permits.release(READERS); // those who still come are told
  }
}
