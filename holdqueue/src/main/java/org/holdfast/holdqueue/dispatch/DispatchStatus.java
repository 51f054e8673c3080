package org.holdfast.holdqueue.dispatch;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the dispatcher is doing, as of one moment. Immutable.
 *
 * @param at when this was taken
 * @param nextHops those that anything is or was lately on its way to
 * @param sleeping lanes in memory that wait for a retry
 * @param walks walks through the backlog that are not at their end
 * @param stalled attempts are not begun, because what became of the last ones cannot be written
 */
public record DispatchStatus(
    Instant at, List<NextHop> nextHops, int sleeping, int walks, boolean stalled) {

  /** Whether a next hop is being tried. */
  public enum Breaker {
    /** All is well. */
    CLOSED,
    /** It failed: everything for it waits for the next probe. */
    OPEN,
    /** A single attempt finds out whether it is back. */
    PROBING
  }

  /**
   * The release of one next hop.
   *
   * @param member which of its servers answers now; breaker, reply and limit are of this one
   * @param inFlight attempts open now, at whichever member
   * @param unanswered since when the oldest attempt at this member is open; null: none is
   * @param limit attempts that may be open at once right now, adapted
   * @param waiting lanes in memory that wait their turn
   * @param more further lanes wait in the backlog
   * @param done deliveries made since this release began, that is since nothing was waiting
   * @param rate deliveries a second, lately; 0 when there was none for seconds
   * @param began when the release began; null: nothing was delivered yet
   * @param last when the last delivery was made; null likewise
   * @param lanes those with an attempt open now, or that were released lately; at most {@link
   *     #LANES}
   */
  public record NextHop(
      String name,
      String member,
      Breaker breaker,
      @Nullable Instant nextProbe,
      String lastReply,
      int inFlight,
      @Nullable Instant unanswered,
      int limit,
      int waiting,
      boolean more,
      long done,
      double rate,
      @Nullable Instant began,
      @Nullable Instant last,
      List<Lane> lanes) {

    /** Most lanes listed for one next hop. */
    public static final int LANES = 100;

    /**
     * When {@code left} deliveries will be done at the present rate; null when nothing moves.
     *
     * @param left what the queue says is held for this next hop and not parked
     */
    public @Nullable Instant expectedEnd(Instant at, long left) {
      if (left == 0) {
        return at;
      }
      return rate > 0 ? at.plusMillis((long) (left * 1_000 / rate)) : null;
    }
  }

  /** The release of one lane: deliveries made since it began to move. */
  public record Lane(String lane, long done, boolean inFlight) {}
}
