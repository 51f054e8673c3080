package org.holdfast.routing;

/** The gate's answer to "may mail for this mailbox go now?" */
public sealed interface Entry {

  /** Yes: the caller holds the permit and must close it when the attempt is over. */
  record Go(Permit permit) implements Entry {}

  /**
   * Not now; {@code pair} is where the mailbox lives, {@code why} says in words what is on hold,
   * since when, by whom.
   */
  record Hold(String pair, String why) implements Entry {}

  /** No such user any more, or closed. */
  record Refuse(Location location) implements Entry {}
}
