package org.holdfast.holdqueue;

/** What a held delivery waits for. None of these expires. */
public enum DeliveryState {
  /** Its user, pair, domain or everything is on hold. */
  HELD,
  /** Waits its turn. */
  READY,
  /** Waits for a retry after infrastructure trouble. */
  DEFERRED,
  /** Waits for a person. */
  PARKED
}
