package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.util.function.Supplier;

/**
 * Holds one client to the limits that it shares with others, and counts every limit it runs into.
 * Belongs to the conversation's event loop.
 */
final class Guard {

  private final Listener listener;
  private final InetAddress client;
  private final Supplier<String> clientText;

  /**
   * @param client whom rates and room are counted for
   * @param clientText who that is, for the log
   */
  Guard(Listener listener, InetAddress client, Supplier<String> clientText) {
    this.listener = listener;
    this.client = client;
    this.clientText = clientText;
  }

  /** The client ran into this limit. */
  void hit(Limit limit) {
    listener.limits().hit(limit, clientText.get());
  }

  /** The same; what to throw. */
  Refusal refused(Limit limit) {
    hit(limit);
    return new Refusal(limit.reply());
  }

  /**
   * Counts one more.
   *
   * @param rate {@link Limit#MESSAGE_RATE} or {@link Limit#RECIPIENT_RATE}
   */
  void mustNotBeTooFast(Limit rate) throws Refusal {
    RateSketch counted =
        rate == Limit.MESSAGE_RATE ? listener.messageRate() : listener.recipientRate();
    if (!counted.take(client)) {
      throw refused(rate);
    }
  }

  /** Is there room now for a message of this declared size? Sets nothing aside. */
  void mustFit(long declared) throws Refusal {
    Limit limit = listener.spool().refusal(client, declared);
    if (limit != null) {
      throw refused(limit);
    }
  }

  /** Room for this body; 0 octets: not declared. */
  void mustReserve(BodyBuilder body, long declared) throws Refusal {
    if (!body.reserve(declared)) {
      Limit limit = listener.spool().refusal(client, declared);
      throw refused(limit == null ? Limit.SPOOL : limit);
    }
  }
}
