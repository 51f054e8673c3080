package org.holdfast.gateway.cli;

import java.io.IOException;

/** The gateway answered, and it was no; the message is its own detail. */
final class RefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(String message) {
    this(message, 0);
  }

  RefusedException(String message, int status) {
    super(message);
    this.status = status;
  }

  /** There is no such thing (any more). */
  boolean unknown() {
    return status == 404;
  }
}
