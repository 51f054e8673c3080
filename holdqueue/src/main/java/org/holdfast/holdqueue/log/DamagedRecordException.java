package org.holdfast.holdqueue.log;

import java.io.IOException;

/** There is no record here, or it does not read back as it was written. */
public final class DamagedRecordException extends IOException {

  private static final long serialVersionUID = 1L;

  public DamagedRecordException(String message) {
    super(message);
  }

  public DamagedRecordException(String message, Throwable because) {
    super(message, because);
  }
}
