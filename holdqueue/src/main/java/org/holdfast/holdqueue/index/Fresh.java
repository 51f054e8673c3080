package org.holdfast.holdqueue.index;

import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.holdfast.holdqueue.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries waiting that came in since the tables were written last, by lane: what is
 * delivered soon never becomes a row. Changed by the index's thread, read by any.
 */
final class Fresh {

  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

  /**
   * Fresh deliveries of one lane by key.
   *
   * @param alone the tables have nothing of this lane
   */
  record Lane(boolean alone, NavigableMap<Long, Placed> waiting) {}

  @Nullable Lane lane(String name) {
    return lanes.get(name);
  }

  void add(Applier.Arrival arrival, long revision) {
    Rows.Delivery row = arrival.row();
    Rows.Lane lane = row.lane;
    if (lane != null && isWaiting(row)) {
      lanes
          .computeIfAbsent(
              lane.lane, n -> new Lane(lane.mark == Rows.Mark.NEW, new ConcurrentSkipListMap<>()))
          .waiting
          .put(row.key, new Placed(tried(arrival.delivery(), row), arrival.position(), revision));
    }
  }

  /** Something became of a delivery that may be here. */
  void follow(Rows.Delivery row) {
    Lane known = row.lane == null ? null : lanes.get(row.lane.lane);
    if (known != null) {
      known.waiting.computeIfPresent(
          row.key,
          (key, old) ->
              isWaiting(row)
                  ? new Placed(tried(old.delivery(), row), old.position(), old.revision())
                  : null);
    }
  }

  private static boolean isWaiting(Rows.Delivery row) {
    return row.there() && row.state == Rows.Delivery.WAITING;
  }

  private static Delivery tried(Delivery delivery, Rows.Delivery row) {
    return new Delivery(
        delivery.sequence(),
        delivery.number(),
        delivery.envelope(),
        delivery.recipient(),
        delivery.size(),
        row.attempts);
  }

  /** All of it is in the tables now. */
  void clear() {
    lanes.clear();
  }
}
