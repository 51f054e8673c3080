package org.holdfast.gateway.admin;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * How many login attempts are looked at. When a server dies, all of its clients try again and
 * again; mail must not wait for that. Whoever is beyond a limit is told to try again. Thread-safe.
 */
final class AttemptLimit {

  /** Attempts a second of one front end, in the long run. */
  static final int PER_SECOND = 2000;

  /** Attempts of one front end that may come at once. */
  static final int BURST = 2 * PER_SECOND;

  /** Attempts of all front ends that are under way at one time. */
  static final int MOST_AT_ONCE = 256;

  private static final long NANOS_PER_ATTEMPT = 1_000_000_000L / PER_SECOND;

  private final LongSupplier nanos;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  /** When each front end's bucket is full again; as many as there are tokens. Guarded by itself. */
  private final Map<String, Long> fullAt = new HashMap<>();

  AttemptLimit(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A place among those under way; to be closed. */
  interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /** Whether this front end may make one more attempt now. */
  boolean mayTry(String frontend) {
    long now = nanos.getAsLong();
    synchronized (fullAt) {
      long full = fullAt.getOrDefault(frontend, now);
      long from = full - now > 0 ? full : now;
      if (from + NANOS_PER_ATTEMPT - now > BURST * NANOS_PER_ATTEMPT) {
        return false;
      }
      fullAt.put(frontend, from + NANOS_PER_ATTEMPT);
      return true;
    }
  }

  /** Empty when too many are under way. */
  Optional<Place> place() {
    return places.tryAcquire() ? Optional.of(places::release) : Optional.empty();
  }
}
