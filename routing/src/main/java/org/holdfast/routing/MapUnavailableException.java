package org.holdfast.routing;

import org.jspecify.annotations.Nullable;

/** The location map cannot be read or written right now. Never means that a user is unknown. */
public final class MapUnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  public MapUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
