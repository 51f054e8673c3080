package org.holdfast.routing;

import java.nio.file.Path;

/**
 * What the embedded location map needs to know.
 *
 * @param view directory of the SQL view; may be deleted while stopped, is made when missing
 * @param subaddress what separates a subaddress from the mailbox's name, usually "+"; empty: none
 * @param cacheEntries how many addresses (known or not) are kept in memory, about 300 bytes each
 * @param compactAfter a log with fewer changes than this is not written anew
 */
public record MapSettings(Path view, String subaddress, int cacheEntries, long compactAfter) {

  private static final long COMPACT_AFTER = 100_000;

  /** The usual. */
  public MapSettings(Path view, String subaddress, int cacheEntries) {
    this(view, subaddress, cacheEntries, COMPACT_AFTER);
  }

  public MapSettings {
    if (cacheEntries < 1) {
      throw new IllegalArgumentException("the map's cache needs at least one entry");
    }
  }
}
