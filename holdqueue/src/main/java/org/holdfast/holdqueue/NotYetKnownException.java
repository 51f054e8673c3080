package org.holdfast.holdqueue;

import java.time.Duration;

/**
 * The question cannot be answered exactly yet: the index is still catching up with the log. Asking
 * again later helps; nothing is lost or changed.
 */
public final class NotYetKnownException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NotYetKnownException(Duration waited) {
    super("the queue's index is still catching up after " + waited.toSeconds() + " s; ask again");
  }
}
