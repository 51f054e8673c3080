package org.holdfast.holdqueue.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The content of a record could not be read while it was written: the log itself is well. */
public final class ContentException extends IOException {

  private static final long serialVersionUID = 1L;

  ContentException(String message, @Nullable Throwable because) {
    super(message, because);
  }
}
