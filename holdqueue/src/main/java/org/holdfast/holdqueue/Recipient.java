package org.holdfast.holdqueue;

import java.util.Map;

/**
 * One recipient of a message.
 *
 * @param address what RCPT TO says to the backend, after aliases, subaddress kept
 * @param lane the key of the FIFO this delivery stands in: the mailbox, that is the address in
 *     canonical form without subaddress
 * @param original the address as the sender gave it
 * @param parameters RCPT parameters that the next hop must see again (NOTIFY, ORCPT), upper-case
 *     keys
 */
public record Recipient(
    String address, String lane, String original, Map<String, String> parameters) {

  public Recipient {
    parameters = Map.copyOf(parameters);
  }
}
