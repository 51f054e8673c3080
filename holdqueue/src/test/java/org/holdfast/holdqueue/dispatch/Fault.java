package org.holdfast.holdqueue.dispatch;

/** Ways to break the dispatcher on purpose: the simulation must notice each of them. */
enum Fault {
  NONE,
  /** Now and then nobody hears that a lane was opened. */
  LOSES_OPENED,
  /** Now and then nobody hears that something was stored. */
  LOSES_HELD,
  /** Nobody hears what a person did. */
  LOSES_CHANGED,
  /** Attempts that were begun elsewhere are not known. */
  IGNORES_ADOPTED,
  /** Two attempts are begun for one delivery. */
  BEGINS_TWICE,
  /** The lane goes on before the outcome is written. */
  GOES_ON_BEFORE_RECORDED,
  /** What is read of a lane comes in the wrong order. */
  READS_BACKWARDS,
  /** A walk ends too early. */
  SHORTENS_WALKS,
  /** Now and then the end of an attempt is not heard of. */
  LOSES_ENDINGS,
  /** Attempts begin without asking whether the lane may go. */
  DOES_NOT_ASK_THE_WAY
}
