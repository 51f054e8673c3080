package org.holdfast.routing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLTransientException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;

/** Hands out pictures of the map, a few at a time and each for a bounded time. Thread-safe. */
final class MapCopies {

  private final DurableMap map;
  private final InstantSource clock;
  private final Semaphore turns = new Semaphore(Routing.MOST_COPIES);

  MapCopies(DurableMap map, InstantSource clock) {
    this.map = map;
    this.clock = clock;
  }

  void copyTo(MapSink to) throws MapUnavailableException, IOException {
    if (!turns.tryAcquire()) {
      throw new MapUnavailableException(
          Routing.MOST_COPIES + " others are reading the whole map already", null);
    }
    Instant end = clock.instant().plus(Routing.COPY_LIMIT);
    try {
      boolean _ = map.read(now -> copied(now, to, end));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      turns.release();
    }
  }

  private boolean copied(LocationMap now, MapSink to, Instant end) throws java.sql.SQLException {
    try (Picture picture = now.view().picture()) {
      picture.copyTo(
          to,
          () -> {
            if (clock.instant().isAfter(end)) {
              throw new SQLTransientException(
                  "reading the whole map took more than " + Routing.COPY_LIMIT);
            }
          });
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
