package org.holdfast.holdqueue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Totals of everything held.
 *
 * @param nextHops per pair
 * @param messages accepted messages with at least one delivery left
 * @param bytes their content together, each message counted once
 * @param oldest when the oldest of them was accepted; null when there is none
 * @param storeBytes what the queue's files take on disk
 * @param free what the file system says is free, in bytes
 * @param room octets that would still be taken before new mail is refused; 0 while it is
 * @param trouble why new mail is refused; null while it is not
 */
public record QueueSummary(
    List<Totals> nextHops,
    long messages,
    long bytes,
    @Nullable Instant oldest,
    long storeBytes,
    long free,
    long room,
    @Nullable String trouble) {

  /**
   * Deliveries of one pair by state.
   *
   * @param oldest when the oldest was accepted; null when there is none
   * @param oldestOpen the same of lanes that nobody holds: what should be on its way
   */
  public record Totals(
      String nextHop,
      Map<DeliveryState, Long> deliveries,
      long bytes,
      @Nullable Instant oldest,
      @Nullable Instant oldestOpen) {}
}
