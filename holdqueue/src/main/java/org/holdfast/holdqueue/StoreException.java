package org.holdfast.holdqueue;

import java.io.IOException;

/** The queue could not take a message. Nothing of it was acknowledged; whoever sent it keeps it. */
public final class StoreException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Cause {
    /**
     * {@code max-bytes} or {@code min-free} is reached; ends by itself when there is room again.
     */
    NO_ROOM,
    /** A write or fsync failed: the queue refuses until restarted. */
    FAILED,
    /** The queue is closed or closing. */
    CLOSED
  }

  private final Cause why;

  public StoreException(Cause why, String message) {
    super(message);
    this.why = why;
  }

  public StoreException(Cause why, String message, Throwable because) {
    super(message, because);
    this.why = why;
  }

  public Cause why() {
    return why;
  }
}
