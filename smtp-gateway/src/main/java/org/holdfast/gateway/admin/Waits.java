package org.holdfast.gateway.admin;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;
import org.jspecify.annotations.Nullable;

/**
 * How long a call may wait for a flip to quiesce, and how many may wait at once. A wait costs a
 * virtual thread and a connection, so the number is bounded, not the threads. Thread-safe.
 */
final class Waits {

  /** When the caller does not say. */
  static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);

  /** No call waits longer. */
  static final Duration MAX_WAIT = Duration.ofMinutes(5);

  /** Flips that may wait at one time; one more is refused with 503 before anything is changed. */
  static final int MAX_CONCURRENT_WAITS = 1000;

  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m)");

  private final Semaphore places;
  private final FlipTimes times;

  Waits(int atOnce, FlipTimes times) {
    this.places = new Semaphore(atOnce);
    this.times = times;
  }

  /** A change that may wait. */
  @FunctionalInterface
  interface Change<T> {
    T make() throws MapUnavailableException, RefusedChangeException;
  }

  /** The same of a flip, whose wait is timed under this name of what is flipped. */
  Flip flip(String scope, Change<Flip> change)
      throws MapUnavailableException, RefusedChangeException {
    long began = times.now();
    Flip flip = within(change);
    times.ended(scope, flip, began);
    return flip;
  }

  /** Makes the change when there is room to wait for it. */
  <T> T within(Change<T> change) throws MapUnavailableException, RefusedChangeException {
    if (!places.tryAcquire()) {
      throw Problem.busy("too many changes are being waited for; try again in a moment");
    }
    try {
      return change.make();
    } finally {
      places.release();
    }
  }

  /** Reads {@code 500ms}, {@code 30s}, {@code 2m}; null is the default. */
  static Duration parse(@Nullable String text) {
    if (text == null) {
      return DEFAULT_WAIT;
    }
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw Problem.bad("wait must be a time such as 500ms, 30s or 2m");
    }
    Duration wait = of(Long.parseLong(time.group(1)), time.group(2));
    if (wait.compareTo(MAX_WAIT) > 0) {
      throw Problem.bad("wait must not be longer than " + MAX_WAIT.toMinutes() + "m");
    }
    return wait;
  }

  private static Duration of(long number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }
}
