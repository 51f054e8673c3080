package org.holdfast.gateway.wiring;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.NotYetKnownException;
import org.holdfast.holdqueue.QueueSummary;

/** What {@code systemctl status} says of a gateway that runs: one line. Thread-safe; may block. */
final class StatusLine {

  private final HoldQueue queue;
  private final Supplier<List<String>> troubles;
  private final InstantSource clock;

  /**
   * @param troubles why mail is refused now, in words
   */
  StatusLine(HoldQueue queue, Supplier<List<String>> troubles, InstantSource clock) {
    this.queue = queue;
    this.troubles = troubles;
    this.clock = clock;
  }

  String text() {
    List<String> wrong = troubles.get();
    String trouble =
        wrong.isEmpty() ? "" : "NEW MAIL IS REFUSED: " + String.join("; ", wrong) + "; ";
    return trouble + held();
  }

  private String held() {
    try {
      return held(queue.summary());
    } catch (NotYetKnownException e) {
      return "the queue's index is being read";
    } catch (RuntimeException e) {
      return "what is held cannot be told: " + e.getMessage();
    }
  }

  private String held(QueueSummary summary) {
    Instant since = summary.oldest();
    if (since == null) {
      return "nothing is held";
    }
    Duration oldest = Duration.between(since, clock.instant());
    return "%d held, %d ready, %d deferred, %d parked; the oldest for %d min"
        .formatted(
            sum(summary, DeliveryState.HELD),
            sum(summary, DeliveryState.READY),
            sum(summary, DeliveryState.DEFERRED),
            sum(summary, DeliveryState.PARKED),
            oldest.toMinutes());
  }

  private static long sum(QueueSummary summary, DeliveryState state) {
    return summary.nextHops().stream()
        .mapToLong(hop -> hop.deliveries().getOrDefault(state, 0L))
        .sum();
  }
}
