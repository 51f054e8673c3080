package org.holdfast.gateway.deliver;

import java.time.Duration;
import org.holdfast.gateway.reply.Reply;

/** What a light look at a member found: connect, LHLO, QUIT. */
public sealed interface ProbeAnswer {

  /** It speaks LMTP; {@code took} is the time from connect to its answer to LHLO. */
  record Up(Duration took) implements ProbeAnswer {}

  /** It does not; {@code why} is its reply or our words. */
  record Down(Reply why) implements ProbeAnswer {}
}
