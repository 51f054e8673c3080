package org.holdfast.routing;

import java.time.Instant;
import java.util.List;

/**
 * What a flip came to.
 *
 * @param changed false when everything stood that way already
 * @param quiesced no delivery to the old location is open, and none will be opened
 * @param open what was still open when the time given was over; empty when quiesced
 */
public record Flip(long epoch, boolean changed, boolean quiesced, List<OpenDelivery> open) {

  public Flip {
    open = List.copyOf(open);
  }

  /** An attempt that is still open: {@code what} is the queue id and the peer. */
  public record OpenDelivery(
      String mailbox, String pair, String member, String what, Instant since) {}
}
