package org.holdfast.holdqueue;

import java.nio.file.Path;
import java.time.Duration;
import org.holdfast.holdqueue.log.LogSettings;

/**
 * How the embedded store is kept.
 *
 * @param directory the queue's folder: {@code log}, {@code index} and {@code quarantine} in it
 * @param maxBytes the log never grows beyond this, in octets
 * @param minFree new mail is refused when the file system has less than this left, in octets
 * @param log segments and sync
 * @param exact how long a question waits for the index to show what was stored before it; then it
 *     fails with {@link NotYetKnownException}
 */
public record StoreSettings(
    Path directory, long maxBytes, long minFree, LogSettings log, Duration exact) {

  /** The shipped configuration in this folder. */
  public static StoreSettings in(Path directory) {
    return new StoreSettings(
        directory, 50L << 30, 2L << 30, LogSettings.usual(), Duration.ofSeconds(15));
  }

  /** The same with other bounds. */
  public StoreSettings bounds(long maxBytes, long minFree) {
    return new StoreSettings(directory, maxBytes, minFree, log, exact);
  }

  /** The same with segments of another size, in octets. */
  public StoreSettings segments(long octets) {
    return new StoreSettings(
        directory,
        maxBytes,
        minFree,
        new LogSettings(octets, Math.min(octets, log.preallocateBytes()), log.lazyNanos()),
        exact);
  }
}
