package org.holdfast.routing;

import java.util.Optional;

/** What the way of a message asks: who is this recipient, and may its mail go now? Thread-safe. */
public interface Gatekeeper {

  /**
   * Who is this recipient? Address as in RCPT TO, without angle brackets. Cached; made for every
   * RCPT.
   */
  Location locate(String address) throws MapUnavailableException;

  /**
   * Asks for a permit to deliver to this mailbox (as {@link Location.Mailbox#mailbox()} named it)
   * now.
   *
   * @param what queue id and peer, shown to whoever waits for a flip
   */
  Entry enter(String mailbox, String what) throws MapUnavailableException;

  /**
   * As {@link #locate}, from memory: empty when the answer is not there. Never waits, never throws
   * for trouble with the map: {@link #locate} says what it is.
   */
  default Optional<Location> locateAtOnce(String address) {
    return Optional.empty();
  }

  /** As {@link #enter}, from memory: empty, and no permit, when the answer is not there. */
  default Optional<Entry> enterAtOnce(String mailbox, String what) {
    return Optional.empty();
  }

  /**
   * As {@link #enter} but takes no permit: what would the answer be? A {@code Go} of it is closed
   * already.
   */
  Entry look(String mailbox) throws MapUnavailableException;
}
