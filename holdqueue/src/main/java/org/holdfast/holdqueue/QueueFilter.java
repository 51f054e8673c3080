package org.holdfast.holdqueue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which deliveries a question or an action is about; null means any. All that is given must hold.
 *
 * @param id queue id of the message
 * @param recipient the recipient's address or its lane
 * @param nextHop the pair
 * @param state one of the delivery states
 * @param sender the reverse-path
 * @param acceptedBefore accepted before this moment
 * @param notTo not those that go to this recipient already
 */
public record QueueFilter(
    @Nullable String id,
    @Nullable String recipient,
    @Nullable String nextHop,
    @Nullable DeliveryState state,
    @Nullable String sender,
    @Nullable Instant acceptedBefore,
    @Nullable Recipient notTo) {

  /** Whoever it goes to. */
  public QueueFilter(
      @Nullable String id,
      @Nullable String recipient,
      @Nullable String nextHop,
      @Nullable DeliveryState state,
      @Nullable String sender,
      @Nullable Instant acceptedBefore) {
    this(id, recipient, nextHop, state, sender, acceptedBefore, null);
  }

  /** Everything. */
  public static QueueFilter any() {
    return new QueueFilter(null, null, null, null, null, null);
  }

  /** All deliveries of one message. */
  public static QueueFilter message(String id) {
    return new QueueFilter(id, null, null, null, null, null);
  }

  /** One delivery of one message. */
  public static QueueFilter delivery(String id, String recipient) {
    return new QueueFilter(id, recipient, null, null, null, null);
  }

  /** Of these, those that do not go to this recipient already. */
  public QueueFilter notTo(Recipient recipientNow) {
    return new QueueFilter(id, recipient, nextHop, state, sender, acceptedBefore, recipientNow);
  }

  /** Does it mean everything? */
  public boolean isAny() {
    return equals(any());
  }
}
