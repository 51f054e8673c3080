package org.holdfast.holdqueue;

import java.util.function.Consumer;

/**
 * What the queue must ask the world outside: where a lane's mail goes now, and to take it there.
 */
public interface NextHops {

  /**
   * May this lane's mail go now, and where? Called often, from the dispatcher's thread: quick,
   * never blocks on the network.
   */
  Way way(String lane);

  /**
   * Starts one attempt and returns at once; {@code done} is called exactly once, from any thread,
   * with how it ended. The attempt has a deadline of its own. Asks the gate itself just before it
   * opens the transaction, so a lane that was shut meanwhile ends as {@link Outcome.Shut}.
   */
  void attempt(Delivery delivery, Content content, Consumer<Outcome> done);

  /** The answer to {@link #way}. */
  sealed interface Way {
    /**
     * Yes, to there.
     *
     * @param nextHop name of the destination that shares turns and rate (a backend pair)
     * @param member which of its servers answers now: whether it answers and how much it bears is
     *     learned of each by itself
     * @param priority higher goes first; 0 is normal
     */
    record Open(String nextHop, String member, int priority) implements Way {}

    /**
     * On hold: nothing is tried until {@code opened} is said for this lane.
     *
     * @param nextHop where its mail would go, so that a wide {@code opened} of that next hop finds
     *     it; empty when there is none (any more)
     */
    record Shut(String nextHop, String why) implements Way {}

    /** Cannot be known right now (the map is down): asked again later. */
    record Unknown(String why) implements Way {}
  }
}
