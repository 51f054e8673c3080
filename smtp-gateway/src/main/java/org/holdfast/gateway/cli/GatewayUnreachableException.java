package org.holdfast.gateway.cli;

import java.io.IOException;

/** Nobody answers at the admin address. */
final class GatewayUnreachableException extends IOException {

  private static final long serialVersionUID = 1L;

  GatewayUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
