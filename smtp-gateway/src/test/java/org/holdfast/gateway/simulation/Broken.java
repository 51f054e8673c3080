package org.holdfast.gateway.simulation;

/** The gateway, broken in one place: each must be caught by the invariant named. */
enum Broken {
  NOTHING(""),
  /** The disk says that it synced and did not. */
  SYNC_DOES_NOTHING("NothingAcceptedIsLost"),
  /** Mail is acknowledged when it is written, not when it is synced. */
  ACKNOWLEDGES_BEFORE_THE_SYNC("NothingAcceptedIsLost"),
  /** Segments of the log are deleted while mail in them is held. */
  DELETES_SEGMENTS_IN_USE("NothingAcceptedIsLost"),
  /** A lost final reply counts as delivered. */
  UNCERTAIN_COUNTS_AS_DELIVERED("NothingAcceptedIsLost"),
  /** A restart forgets the ends of some deliveries. */
  FORGETS_ENDS("DuplicatesHaveACause"),
  /** An attempt that was open when its message was stored is forgotten. */
  IGNORES_RUNNING_ATTEMPTS("OneAtATimeFromTheQueue"),
  /** The message path does not see what waits. */
  OVERTAKES("OrderPerUserIsKept"),
  /** A lane is read from its end. */
  READS_BACKWARDS("OrderPerUserIsKept"),
  /** A flip does not wait for what is open. */
  NO_DRAIN("QuiescedIsTrue"),
  /** The state is read before the permit is registered. */
  STATE_READ_FIRST("QuiescedIsTrue"),
  /** A permit is given back before the attempt is over. */
  PERMIT_TOO_SHORT("QuiescedIsTrue"),
  /** The queue is not told that lanes may go again. */
  OPENED_FORGOTTEN("NothingIsStranded"),
  /** A permit is never given back. */
  PERMIT_KEPT("PermitsAreGivenBack"),
  /** A backend's infrastructure trouble is passed on as if it were the mailbox's. */
  OUR_TROUBLE_IS_TOLD("NoBounceForOurTrouble"),
  /** "No such user" is believed. */
  NO_SUCH_USER_IS_BELIEVED("NotBelievedIsParked"),
  /**
   * All pairs share one line. Since attempts that hang take nobody's place, a stalled pair no
   * longer slows the others even so; what shows is that limits of one pair are used by another.
   */
  ONE_LINE_FOR_ALL("LimitsAreKept"),
  /** More connections than there may be. */
  TOO_MANY_CONNECTIONS("LimitsAreKept"),
  /** Rates are not kept. */
  NO_RATE("LimitsAreKept"),
  /** A message's content comes from another's record. */
  CONTENT_OF_ANOTHER("ContentIsWhole");

  final String caughtBy;

  Broken(String caughtBy) {
    this.caughtBy = caughtBy;
  }
}
