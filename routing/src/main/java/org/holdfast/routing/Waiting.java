package org.holdfast.routing;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a drain by its completion. */
final class Waiting {

  private Waiting() {}

  /**
   * Returns when nothing is left, or the time is over, or the thread is interrupted (which stays
   * so).
   */
  static void forAll(Gate.Drain drain, Duration wait) {
    try {
      drain.empty().get(Math.max(0, saturatedNanos(wait)), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      // The caller asks the drain what is left.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long saturatedNanos(Duration wait) {
    return TimeUnit.NANOSECONDS.convert(wait);
  }
}
