package org.holdfast.holdqueue.dispatch;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.holdfast.holdqueue.Lanes;
import org.jspecify.annotations.Nullable;

/**
 * The walks owed because many lanes were opened at once: one under way, the others queue. A walk
 * under way does not stand for the same one asked for meanwhile: it has passed lanes already.
 */
final class WideWalks {

  /** More than this many queued: one walk over everything does for all of them. */
  static final int MOST = 256;

  private final SequencedSet<Lanes> owed = new LinkedHashSet<>();
  private @Nullable Walk current;

  /** When a walk over everything is owed again; {@link Long#MAX_VALUE}: nobody was left out. */
  private long allAt = Long.MAX_VALUE;

  void owe(Lanes which) {
    if (owed.contains(new Lanes.All())) {
      return;
    }
    if (which instanceof Lanes.All || owed.size() >= MOST) {
      owed.clear();
      owed.add(new Lanes.All());
    } else {
      owed.add(which);
    }
  }

  /** Lanes were left out that are due then, or before: the first to say so is heard. */
  void oweAllAt(long at) {
    allAt = allAt == Long.MAX_VALUE ? at : allAt;
  }

  /** When {@link #current} has something new by itself. */
  long next() {
    return allAt;
  }

  /** The same, when it may have become due. */
  @Nullable Walk current(long now) {
    if (allAt <= now) {
      allAt = Long.MAX_VALUE;
      owe(new Lanes.All());
    }
    return current();
  }

  /** The walk under way; the next one when there is none; null when none is owed. */
  @Nullable Walk current() {
    if (current == null && !owed.isEmpty()) {
      current = new Walk(owed.removeFirst(), null);
    }
    return current;
  }

  void ended() {
    current = null;
  }

  int size() {
    return owed.size() + (current == null ? 0 : 1);
  }
}
