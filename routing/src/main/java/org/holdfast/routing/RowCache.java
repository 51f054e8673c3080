package org.holdfast.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Function;
import org.holdfast.routing.LocationMap.Row;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of the map before, by address. Bounded; thread-safe.
 *
 * <p>Why no stale load can overwrite a flip: a load runs inside the cache's computation for its
 * key. A change commits to the view first and then runs another computation for the same key, which
 * waits for a load under way. So a load either read what was committed, or is replaced. It must be
 * {@code compute}: Caffeine's {@code computeIfPresent} returns at once when it sees no entry, and a
 * load under way is none yet.
 */
final class RowCache {

  private final Cache<String, Row> rows;

  RowCache(int entries) {
    // Its housekeeping is less work than waking another thread for it.
    this.rows = Caffeine.newBuilder().maximumSize(entries).executor(Runnable::run).build();
  }

  /** The row of this address if it is here; never loads. */
  @Nullable Row known(String address) {
    return rows.getIfPresent(address);
  }

  /** The row of this address; {@code load} is asked when it is not here. */
  Row get(String address, Function<String, Row> load) {
    Row known = known(address);
    return known != null ? known : rows.get(address, load);
  }

  /** After a commit: brings the row up to date if it is here or on its way. */
  void replace(String address, Row row) {
    rows.asMap().compute(address, (_, old) -> old == null ? null : row);
  }

  /** After a commit: the row is to be loaded again. */
  void forget(String address) {
    rows.asMap().compute(address, (_, _) -> null);
  }
}
