package org.holdfast.gateway.flips;

/** Where a delivery can be stopped, in the order in which it gets there. */
enum Point {
  /** The gate is about to be asked. */
  ENTERING,
  /** It has given a permit. */
  ENTERED,
  CONNECTED,
  /** One recipient has been said; comes once for each. */
  RCPT_SAID,
  DOT_NEXT,
  /** The backend has the whole message and decides. */
  DOT_SAID,
  /** The backend's reply is here; nobody has been told. */
  REPLIED,
  /** The permit is closed; what became of the delivery is not recorded, no sender was told. */
  PERMIT_CLOSED,
  /** All is over: the sender was told, or the end of the delivery is in the log. Nothing stops. */
  RECORDED;

  /** While a delivery is stopped here, a flip must not be quiesced. */
  boolean permitIsOpen() {
    return compareTo(ENTERED) >= 0 && compareTo(REPLIED) <= 0;
  }

  /** Whether this is in the middle of a transaction with a backend. */
  boolean inTransaction() {
    return compareTo(CONNECTED) >= 0 && compareTo(REPLIED) <= 0;
  }
}
