package org.holdfast.gateway.service;

import java.time.Duration;
import java.util.Optional;

/** A part without which the gateway does nothing, and which only a restart can bring back. */
@FunctionalInterface
public interface Vital {

  /**
   * Asks it for a sign of life and waits at most this long.
   *
   * @return what is wrong, in words; empty when it answered
   */
  Optional<String> silent(Duration patience) throws InterruptedException;
}
