package org.holdfast.gateway.path;

import org.holdfast.routing.MapUnavailableException;

/** Says what would become of a mail, without one. Thread-safe. */
@FunctionalInterface
public interface Foresight {

  /**
   * What {@link MessagePath} would do right now with a mail for this one mailbox; takes no permit.
   *
   * @param lane as the answer to RCPT named it
   */
  Outlook outlook(String lane) throws MapUnavailableException;
}
