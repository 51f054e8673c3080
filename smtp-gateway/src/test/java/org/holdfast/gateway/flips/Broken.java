package org.holdfast.gateway.flips;

/** Faults put in to see that the invariants would notice. */
enum Broken {
  NOTHING,
  /** A flip returns without waiting and says that it has. */
  NO_DRAIN,
  /** A delivery reads the state first, and its permit is never seen by the gate. */
  STATE_READ_FIRST,
  /** A permit is closed as soon as it is given. */
  PERMIT_TOO_SHORT,
  /** The queue is not told what has been opened. */
  OPENED_FORGOTTEN,
  /** New mail goes straight though older mail waits. */
  OVERTAKES,
  /** What a backend took from the queue the first time is tried again. */
  TWICE,
  /** What a backend did not take from the queue counts as taken. */
  LOSES,
  /** Whoever changed a user writes it once more as it had been seen before. */
  OLD_STATE_COMES_BACK
}
