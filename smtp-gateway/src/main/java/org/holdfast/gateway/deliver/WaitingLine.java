package org.holdfast.gateway.deliver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The transactions that wait for a connection to one member. Live mail goes first, because its
 * sender waits; what comes from the queue gets at least every {@value #QUEUE_EVERY}th turn, so
 * neither starves the other. Within each kind: first come, first served. Confined to the member's
 * event loop; {@link MemberPool} bounds it.
 */
final class WaitingLine {

  /** Of so many turns one is the queue's while both wait. */
  static final int QUEUE_EVERY = 4;

  private final Deque<PendingTransaction> live = new ArrayDeque<>();
  private final Deque<PendingTransaction> queued = new ArrayDeque<>();
  private int passedOver;

  void add(PendingTransaction transaction) {
    switch (transaction.origin) {
      case DOOR -> live.addLast(transaction);
      case QUEUE -> queued.addLast(transaction);
    }
  }

  /** Whose turn it is, taken out. Not to be called when empty. */
  PendingTransaction next() {
    if (queued.isEmpty()) {
      return live.removeFirst();
    }
    if (live.isEmpty() || ++passedOver >= QUEUE_EVERY) {
      passedOver = 0;
      return queued.removeFirst();
    }
    return live.removeFirst();
  }

  boolean isEmpty() {
    return live.isEmpty() && queued.isEmpty();
  }

  int size() {
    return live.size() + queued.size();
  }

  /** Those whose time is over, taken out. */
  List<PendingTransaction> overdue(long now) {
    List<PendingTransaction> overdue = new ArrayList<>();
    for (Deque<PendingTransaction> kind : List.of(live, queued)) {
      while (!kind.isEmpty() && kind.getFirst().deadline <= now) {
        overdue.add(kind.removeFirst());
      }
    }
    return overdue;
  }

  /** The first deadline; {@link Watch#NEVER} when nobody waits. */
  long firstDeadline() {
    return Math.min(firstDeadline(live), firstDeadline(queued));
  }

  private static long firstDeadline(Deque<PendingTransaction> kind) {
    return kind.isEmpty() ? Watch.NEVER : kind.getFirst().deadline;
  }

  /** All of them, taken out. */
  List<PendingTransaction> removeAll() {
    List<PendingTransaction> all = new ArrayList<>(live);
    all.addAll(queued);
    live.clear();
    queued.clear();
    return all;
  }
}
