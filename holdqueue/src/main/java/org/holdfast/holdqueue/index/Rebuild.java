package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.holdfast.holdqueue.log.SegmentLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the index's file anew from the log: under another name, without a journal and with the
 * indexes last, which takes a fraction of the work of following. The file gets its name when it is
 * complete and synced; what a crash leaves before that is thrown away. One thread.
 */
final class Rebuild {

  private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);

  private static final String UNFINISHED = Database.FILE + ".new";

  /** Octets of log that are read before their rows are applied. */
  private static final long BATCH = 8L << 20;

  /** Rows in memory that are written together: what came and went among them is never a row. */
  private static final int MOST_ROWS = 100_000;

  private static final long TELL_NANOS = Duration.ofSeconds(5).toNanos();

  private final SegmentLog log;
  private final long until;
  private final BooleanSupplier closed;
  private long toldAt = System.nanoTime();

  private Rebuild(SegmentLog log, long until, BooleanSupplier closed) {
    this.log = log;
    this.until = until;
    this.closed = closed;
  }

  /**
   * Replaces whatever is in the folder by an index of everything in the log before {@code until}.
   *
   * @param closed gives up, and leaves no index, when this turns true
   */
  static void run(SegmentLog log, Path directory, long until, BooleanSupplier closed)
      throws SQLException, IOException {
    Database.delete(directory);
    Files.createDirectories(directory);
    Path unfinished = directory.resolve(UNFINISHED);
    new Rebuild(log, until, closed).fill(unfinished);
    if (!closed.getAsBoolean()) {
      sync(unfinished, StandardOpenOption.WRITE);
      Files.move(unfinished, directory.resolve(Database.FILE), StandardCopyOption.ATOMIC_MOVE);
      sync(directory, StandardOpenOption.READ);
    }
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private void fill(Path file) throws SQLException, IOException {
    try (Connection connection = Database.connect(file);
        Statement statement = connection.createStatement()) {
      statement.execute("pragma journal_mode = off");
      statement.execute("pragma synchronous = off");
      statement.execute("pragma locking_mode = exclusive");
      statement.execute("pragma cache_size = -65536");
      Tables.create(statement);
      connection.setAutoCommit(false);
      fill(connection);
      Tables.createIndexes(statement);
      statement.execute(LaneRows.AGES);
      connection.commit();
    }
  }

  private void fill(Connection connection) throws SQLException, IOException {
    SegmentUse use = new SegmentUse(log);
    Batch batch = Batch.building(new Statements(connection), log::segmentHolding);
    long at = 0;
    while (at < until && !closed.getAsBoolean()) {
      Applier applier = new Applier(batch, use, new Applier.Effects(), log);
      at = log.replay(at, Math.min(until, Math.max(at, log.begin()) + BATCH), true, applier::take);
      applier.apply();
      if (batch.rows() >= MOST_ROWS || at >= until) {
        batch.flush();
        batch.position(at);
        connection.commit();
      }
      tell(at);
    }
    use.write(connection);
    connection.commit();
  }

  private void tell(long at) {
    if (System.nanoTime() - toldAt > TELL_NANOS) {
      toldAt = System.nanoTime();
      long begin = log.begin();
      LOG.info(
          "the index is rebuilt from the log: {} %",
          100 * (at - begin) / Math.max(1, until - begin));
    }
  }
}
