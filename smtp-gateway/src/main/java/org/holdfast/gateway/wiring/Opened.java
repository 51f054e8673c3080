package org.holdfast.gateway.wiring;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been opened so far, closed in the opposite order: at the end, or when a start fails
 * half-way. Used by one thread.
 */
final class Opened implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Opened.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /** Closes everything; a part that fails to close does not keep the others open. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) { // whatever a part throws, the others must still be closed
        log.warn(
            "while stopping: {} did not close: {}", part.getClass().getSimpleName(), e.toString());
      }
    }
  }
}
