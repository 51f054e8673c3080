package org.holdfast.gateway.admin;

import java.time.Duration;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;

/** Is this standby fit to become the active member? Asked once in each failover. Thread-safe. */
@FunctionalInterface
public interface Probe {

  /** Looks at the member for at most {@code patience}; never throws for a backend's trouble. */
  Finding probe(Pair pair, Member member, Duration patience) throws InterruptedException;

  /**
   * What the probe found, in lines for people.
   *
   * @param unchecked what nobody has looked at, and why; empty when nothing was left out
   */
  record Finding(boolean fit, String detail, String unchecked) {

    /** Everything was looked at. */
    public Finding(boolean fit, String detail) {
      this(fit, detail, "");
    }
  }
}
