package org.holdfast.routing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to be restored, pair by pair: the numbers of all requests in memory, so that a
 * place in the order costs no look at the disk. Made from the view when that is opened, then
 * follows each commit. Reading is thread-safe; changes are the writer's.
 */
final class RestoreOrder {

  private final Map<String, RankedNumbers> byPair = new ConcurrentHashMap<>();

  /** Of users who are active, and held from above. */
  private final AtomicLong ofActive = new AtomicLong();

  private final AtomicLong all = new AtomicLong();

  /** Reads all requests of the view, through an index that has nothing else. */
  static RestoreOrder read(Session session, PairIds pairs) throws SQLException {
    RestoreOrder order = new RestoreOrder();
    try (ResultSet rows = session.with(MapSql.ALL_REQUESTS).executeQuery()) {
      while (rows.next()) {
        UserState state = UserRows.state(rows.getInt(3));
        order.add(pairs.name(rows.getInt(2)), state, rows.getLong(1));
      }
    }
    return order;
  }

  /** How many requests of this pair are before this number. */
  long before(String pair, long number) {
    RankedNumbers numbers = byPair.get(pair);
    return numbers == null ? 0 : numbers.before(number);
  }

  Restores.Place place(String pair, long number) {
    RankedNumbers numbers = byPair.get(pair);
    return numbers == null
        ? new Restores.Place(0, 0)
        : new Restores.Place(numbers.before(number), numbers.size());
  }

  /** The numbers of a pair's requests behind this one. */
  long[] after(String pair, long number, int limit) {
    RankedNumbers numbers = byPair.get(pair);
    return numbers == null ? new long[0] : numbers.after(number, limit);
  }

  /** How many there are, by pair. */
  Map<String, Long> waiting() {
    Map<String, Long> waiting = new HashMap<>();
    byPair.forEach((pair, numbers) -> {
      if (numbers.size() > 0) {
        waiting.put(pair, (long) numbers.size());
      }
    });
    return waiting;
  }

  long all() {
    return all.get();
  }

  long ofActive() {
    return ofActive.get();
  }

  private void add(String pair, UserState state, long number) {
    byPair.computeIfAbsent(pair, _ -> new RankedNumbers()).add(number);
    count(state, 1);
  }

  private void remove(String pair, UserState state, long number) {
    RankedNumbers numbers = byPair.get(pair);
    if (numbers != null) {
      numbers.remove(number);
      count(state, -1);
      if (numbers.size() == 0) {
        byPair.remove(pair, numbers);
      }
    }
  }

  private void count(UserState state, int change) {
    long _ = all.addAndGet(change);
    if (state == UserState.ACTIVE) {
      long _ = ofActive.addAndGet(change);
    }
  }

  /** Changes of users that take effect together, once they are committed. One thread. */
  final class Edit {

    private final List<Runnable> steps = new ArrayList<>();

    /** This user becomes that one; null: there was none, or it is gone. */
    void of(@Nullable User before, @Nullable User after) {
      RestoreRequest was = before == null ? null : before.request();
      RestoreRequest is = after == null ? null : after.request();
      if (before != null && was != null) {
        steps.add(() -> remove(before.pair(), before.state(), was.number()));
      }
      if (after != null && is != null) {
        steps.add(() -> add(after.pair(), after.state(), is.number()));
      }
    }

    void committed() {
      steps.forEach(Runnable::run);
    }
  }
}
