package org.holdfast.holdqueue.index;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those outside what the index meets in the log: each thing once and in order, however often
 * the index is made anew. The index's thread only, but for {@link #ready} and what is about it.
 */
final class Telling {

  private static final Logger LOG = LoggerFactory.getLogger(Telling.class);

  private final BiConsumer<String, Long> counts;
  private final Listener listener;
  private final long bootEnd;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  /** Up to here those outside have been told what came in, and what left. */
  private long told;

  private long counted;

  /**
   * @param counts see {@link Index#open}
   * @param bootEnd the log's end when it was opened
   */
  Telling(BiConsumer<String, Long> counts, Listener listener, long bootEnd) {
    this.counts = counts;
    this.listener = listener;
    this.bootEnd = bootEnd;
    this.told = bootEnd;
    this.counted = bootEnd;
  }

  /** The log's end when it was opened. */
  long bootEnd() {
    return bootEnd;
  }

  /** Everything before this has been told. */
  long heard() {
    return Math.max(bootEnd, Math.min(told, counted));
  }

  /** Whether all that was held when the log was opened is told. */
  boolean ready() {
    return ready.isDone();
  }

  /** {@link Index#whenReady}. */
  void whenReady(Runnable then) {
    var _ = ready.thenRun(then);
  }

  /** {@link Index#awaitReady}. */
  boolean awaitReady(Duration patience) {
    try {
      ready.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      LOG.warn("the index did not get ready: {}", e.toString());
      return false;
    }
  }

  /** It will not get ready any more. */
  void cancel() {
    ready.cancel(false);
  }

  /** Tells what was held when the log was opened: the tables show that now. */
  void begin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select lane, waiting from lane")) {
      while (rows.next()) {
        counts.accept(rows.getString(1), rows.getLong(2));
      }
    }
    connection.commit();
    ready.complete(null);
  }

  /** Adopted before visible: else the dispatcher could begin a second attempt. */
  void arriving(Applier.Effects effects, long applied) {
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= told) {
        listener.arriving(arrival.delivery());
      }
    }
    for (Applier.Move move : effects.moves) {
      if (move.by() > 0 && move.position() >= told) {
        counts.accept(move.lane(), (long) move.by());
      }
    }
    told = Math.max(told, applied);
  }

  /** The same is visible now. */
  void arrived(Applier.Effects effects, long applied) {
    long before = counted;
    for (Applier.Move move : effects.moves) {
      if (move.position() < before) {
        continue;
      }
      if (move.by() < 0) {
        counts.accept(move.lane(), (long) move.by());
      } else {
        listener.reappeared(move.lane());
      }
    }
    counted = Math.max(counted, applied);
    for (Applier.Arrival arrival : effects.arrivals) {
      if (arrival.position() >= before) {
        listener.arrived(arrival.delivery(), arrival.part());
      }
    }
  }

  /** Nothing will ask for this segment any more. */
  void useless(long segment) {
    listener.useless(segment);
  }
}
