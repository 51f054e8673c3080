package org.holdfast.holdqueue.dispatch;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lanes in the order of their turns: higher priority first, then who waits longest. */
final class TurnOrder {

  private final NavigableMap<Integer, SequencedSet<Lane>> byPriority =
      new TreeMap<>(Comparator.reverseOrder());
  private int size;

  void add(Lane lane) {
    if (byPriority.computeIfAbsent(lane.priority, _ -> new LinkedHashSet<>()).add(lane)) {
      size++;
    }
  }

  /** The lane whose turn it is. Not to be called when empty. */
  Lane poll() {
    Map.Entry<Integer, SequencedSet<Lane>> first = byPriority.firstEntry();
    Lane lane = first.getValue().getFirst();
    remove(lane);
    return lane;
  }

  /** The lane must have the priority it was added with. */
  void remove(Lane lane) {
    SequencedSet<Lane> same = byPriority.get(lane.priority);
    if (same == null || !same.remove(lane)) {
      return;
    }
    size--;
    if (same.isEmpty()) {
      byPriority.remove(lane.priority);
    }
  }

  /** Does the first here go before the first of these? Not without any there. */
  boolean outranks(TurnOrder other) {
    return !isEmpty() && !other.isEmpty() && byPriority.firstKey() > other.byPriority.firstKey();
  }

  /** The lane whose turn is last of all, if its priority is below this. */
  @Nullable Lane lastBelow(int priority) {
    Map.Entry<Integer, SequencedSet<Lane>> last = byPriority.lastEntry();
    return last == null || last.getKey() >= priority ? null : last.getValue().getLast();
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  Stream<Lane> stream() {
    return byPriority.values().stream().flatMap(SequencedSet::stream);
  }
}
