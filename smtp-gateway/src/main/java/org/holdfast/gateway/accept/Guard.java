package org.holdfast.gateway.accept;

/**
 * Holds one client to the limits that it shares with others, and counts every limit it runs into.
 * Belongs to the conversation's event loop.
 */
final class Guard {

  private final Listener listener;
  private final Peer peer;

  /**
   * @param peer whom rates and room are counted for
   */
  Guard(Listener listener, Peer peer) {
    this.listener = listener;
    this.peer = peer;
  }

  /** The client ran into this limit. */
  void hit(Limit limit) {
    listener.limits().hit(limit, peer.logged());
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
    if (!counted.take(peer.address())) {
      throw refused(rate);
    }
  }

  /** Is there room now for a message of this declared size? Sets nothing aside. */
  void mustFit(long declared) throws Refusal {
    Limit limit = listener.spool().refusal(peer.address(), declared);
    if (limit != null) {
      throw refused(limit);
    }
  }

  /** Room for this body; 0 octets: not declared. */
  void mustReserve(BodyBuilder body, long declared) throws Refusal {
    if (!body.reserve(declared)) {
      Limit limit = listener.spool().refusal(peer.address(), declared);
      throw refused(limit == null ? Limit.SPOOL : limit);
    }
  }
}
