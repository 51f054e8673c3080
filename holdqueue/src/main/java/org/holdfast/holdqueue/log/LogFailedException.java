package org.holdfast.holdqueue.log;

import java.io.IOException;

/**
 * A write or an fsync of the log failed, now or earlier. It is never tried again: after a failed
 * fsync the kernel may drop the octets and let the next fsync succeed, which proves nothing.
 */
public final class LogFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  public LogFailedException(String message, Throwable because) {
    super(message, because);
  }
}
