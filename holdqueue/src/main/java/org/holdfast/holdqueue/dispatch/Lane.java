package org.holdfast.holdqueue.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import org.holdfast.holdqueue.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * A lane that is moving: what the dispatcher knows of it. A lane that is not in memory is dormant.
 * Changed by {@link Dispatcher} and its parts only, all in one thread.
 */
final class Lane {

  /** Where a lane stands; it is in exactly one place at a time. */
  enum Phase {
    /** In no queue: on its way from one phase to the next. */
    BETWEEN,
    /** Waits its turn for its next hop. */
    WAITING,
    /** Its turn is near: its head is being read. */
    LOADING,
    /** Its head is in memory. */
    READY,
    /** An attempt of ours is open. */
    RUNNING,
    /** The attempt has ended; how is being written. */
    RECORDING,
    /** Waits for a time. */
    SLEEPING,
    /** Waits for attempts begun elsewhere. */
    ADOPTED
  }

  final String name;
  Phase phase = Phase.BETWEEN;

  /** The line it stands in or stood in last. */
  @Nullable NextHopLine line;

  /** What the backlog has as next hop; null when that was not told. */
  @Nullable String filedUnder;

  int priority;

  /** The deliveries read ahead, in order; nothing older is left in the backlog. */
  final Deque<Delivery> loaded = new ArrayDeque<>();

  /** The backlog may have more than what is loaded. */
  boolean more = true;

  /** Which reading of the head is awaited; 0: none, what arrives is old. */
  long ticket;

  /** How many were asked for in the reading that is awaited. */
  int asked;

  @Nullable Delivery running;

  /** Whom the attempt went to. */
  @Nullable Member member;

  /** When the attempt began. */
  long begun;

  /** The lane was said to be open after the attempt began. */
  boolean openedMeanwhile;

  /** Attempts begun elsewhere that are open or not yet recorded. */
  int adopted;

  /** Not before this time. */
  long due;

  /** Failed attempts in a row that were this lane's own trouble. */
  int failures;

  /** Times in a row that an attempt of this lane failed as its next hop's trouble. */
  int strikes;

  /** Deliveries made since it began to move. */
  long done;

  Lane(String name, @Nullable String filedUnder) {
    this.name = name;
    this.filedUnder = filedUnder;
  }

  /** What was read is not to be trusted any more. */
  void forgetLoaded() {
    loaded.clear();
    more = true;
    ticket = 0;
  }

  boolean hasWork() {
    return more || !loaded.isEmpty();
  }

  boolean isRunning(Delivery delivery) {
    Delivery mine = running;
    return mine != null
        && mine.sequence() == delivery.sequence()
        && mine.number() == delivery.number();
  }
}
