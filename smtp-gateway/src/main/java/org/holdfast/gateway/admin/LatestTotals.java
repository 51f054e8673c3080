package org.holdfast.gateway.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.NotYetKnownException;
import org.holdfast.holdqueue.QueueSummary;
import org.jspecify.annotations.Nullable;

/**
 * What the queue holds, shared by all who look again and again: however many they are, the queue is
 * asked at most every {@link #FRESH}, and never for more than a tenth of the time. Thread-safe; the
 * lock lets one ask and the others wait for its answer.
 */
final class LatestTotals {

  /** Totals cost a query over every mailbox that has mail held. */
  static final Duration FRESH = Duration.ofSeconds(2);

  private static final int PART_OF_TIME = 10;

  private final HoldQueue queue;
  private final InstantSource clock;

  private @Nullable QueueSummary last;
  private Instant good = Instant.MIN;

  LatestTotals(HoldQueue queue, InstantSource clock) {
    this.queue = queue;
    this.clock = clock;
  }

  /**
   * As of now or a few seconds ago.
   *
   * @throws NotYetKnownException only before the first answer
   */
  synchronized QueueSummary get() {
    Instant now = clock.instant();
    QueueSummary known = last;
    if (known != null && now.isBefore(good)) {
      return known;
    }
    QueueSummary answer = asked(known);
    Duration cost = Duration.between(now, clock.instant()).multipliedBy(PART_OF_TIME);
    good = now.plus(cost.compareTo(FRESH) > 0 ? cost : FRESH);
    last = answer;
    return answer;
  }

  private QueueSummary asked(@Nullable QueueSummary known) {
    try {
      return queue.summary();
    } catch (NotYetKnownException e) {
      if (known == null) {
        throw e;
      }
      return known;
    }
  }
}
