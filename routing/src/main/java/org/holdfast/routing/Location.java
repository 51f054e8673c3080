package org.holdfast.routing;

/** The answer to "who is this recipient?" */
public sealed interface Location {

  /**
   * A user of the map.
   *
   * @param user the entry that answers for it
   * @param deliverTo the address for the backend's RCPT TO: after aliases, subaddress kept
   * @param mailbox canonical address without subaddress: the name of its lane. Differs from {@code
   *     user.address()} for a catch-all
   */
  record Mailbox(User user, String deliverTo, String mailbox) implements Location {}

  /** We serve the domain, but nobody there has this name. */
  record UnknownUser(String address) implements Location {}

  /** We don't serve the domain. */
  record ForeignDomain(String domain) implements Location {}
}
