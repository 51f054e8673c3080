package org.holdfast.gateway.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import org.holdfast.routing.RestoreRequest;
import org.jspecify.annotations.Nullable;

/**
 * How often those who wait have tried, since this gateway started. In memory only: what matters,
 * the first attempt, is in the map. Thread-safe.
 */
final class AttemptCounts {

  /** Requests remembered; the one of which nothing was heard longest is forgotten. */
  static final int MOST = 100_000;

  /** Guarded by itself. By the numbers of requests. */
  private final Map<Long, Long> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > MOST;
        }
      };

  /** One more; answers how many that makes. */
  long more(RestoreRequest request) {
    synchronized (counts) {
      return counts.merge(request.number(), 1L, Long::sum);
    }
  }

  /** Null: none since the start, or forgotten. */
  @Nullable Long of(RestoreRequest request) {
    synchronized (counts) {
      return counts.get(request.number());
    }
  }
}
