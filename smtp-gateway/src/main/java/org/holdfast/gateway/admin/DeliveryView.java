package org.holdfast.gateway.admin;

import java.time.Instant;
import org.holdfast.holdqueue.QueueItem;
import org.jspecify.annotations.Nullable;

/**
 * One delivery as the API lists it.
 *
 * @param sender the reverse-path; empty for the null reverse-path
 * @param lane the mailbox whose FIFO it stands in
 * @param original the recipient as the sender gave it
 */
record DeliveryView(
    String id,
    String recipient,
    String sender,
    String pair,
    String state,
    long size,
    Instant accepted,
    int attempts,
    @Nullable Instant nextAttempt,
    String lastReply,
    String lane,
    String original,
    String cursor) {

  static DeliveryView of(QueueItem item) {
    var delivery = item.delivery();
    return new DeliveryView(
        delivery.envelope().id(),
        delivery.recipient().address(),
        delivery.envelope().reversePath(),
        item.nextHop(),
        Words.word(item.state()),
        delivery.size(),
        delivery.envelope().accepted(),
        delivery.attempts(),
        item.nextAttempt(),
        item.lastReply(),
        delivery.recipient().lane(),
        delivery.recipient().original(),
        item.cursor());
  }
}
