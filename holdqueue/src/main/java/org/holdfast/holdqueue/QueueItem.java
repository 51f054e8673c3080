package org.holdfast.holdqueue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One delivery as a list shows it.
 *
 * @param nextHop the pair it was last known to go to
 * @param state as {@link DeliveryState}
 * @param nextAttempt when it is tried again; null when nothing is scheduled
 * @param lastReply what the backend said last, or why it waits; empty when nothing is known
 * @param cursor opaque; the place to go on after in the next page
 */
public record QueueItem(
    Delivery delivery,
    String nextHop,
    DeliveryState state,
    @Nullable Instant nextAttempt,
    String lastReply,
    String cursor) {}
