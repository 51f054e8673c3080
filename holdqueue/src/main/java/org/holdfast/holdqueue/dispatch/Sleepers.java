package org.holdfast.holdqueue.dispatch;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Lanes that wait for a time, the earliest first. */
final class Sleepers {

  private final NavigableSet<Lane> byDue =
      new TreeSet<>(Comparator.<Lane>comparingLong(lane -> lane.due).thenComparing(l -> l.name));

  /** The lane's {@code due} must not change while it is in here. */
  void add(Lane lane) {
    lane.phase = Lane.Phase.SLEEPING;
    byDue.add(lane);
  }

  void remove(Lane lane) {
    byDue.remove(lane);
    lane.phase = Lane.Phase.BETWEEN;
  }

  /** A lane that is due, taken out; null when none is. */
  @Nullable Lane wake(long now) {
    if (next() > now) {
      return null;
    }
    Lane lane = byDue.first();
    remove(lane);
    return lane;
  }

  long next() {
    return byDue.isEmpty() ? Long.MAX_VALUE : byDue.first().due;
  }

  int size() {
    return byDue.size();
  }
}
