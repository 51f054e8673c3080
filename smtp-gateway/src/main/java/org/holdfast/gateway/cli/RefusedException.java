package org.holdfast.gateway.cli;

import java.io.IOException;

/** The gateway answered, and it was no; the message is its own detail. */
final class RefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }
}
