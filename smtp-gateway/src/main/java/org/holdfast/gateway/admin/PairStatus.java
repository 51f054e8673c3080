package org.holdfast.gateway.admin;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What deliver and the dispatcher know about the backends. Thread-safe, no I/O. */
public interface PairStatus {

  /** A member with deliveries open that says nothing for so long is called silent. */
  Duration SILENT = Duration.ofSeconds(5);

  /** How this member stands; {@link MemberHealth#UNKNOWN} while nothing was sent to it. */
  MemberHealth member(String pair, String member);

  /** Deliveries that are open to this pair now: held mail and direct hand-offs together. */
  int inFlight(String pair);

  /** Deliveries from the queue that this pair took in the release under way, or a minute ago. */
  long released(String pair);

  /**
   * How a member stands.
   *
   * @param word one of {@code up}, {@code silent} (deliveries are open, and nothing has been heard
   *     for longer than {@link #SILENT}), {@code down}, {@code unknown}
   * @param detail what is wrong; one line, empty when nothing is
   * @param since when it began to stand so; null while unknown
   * @param inFlight deliveries open to it now
   * @param latencyMillis of a transaction lately, from MAIL to the last reply; null before the
   *     first
   */
  record MemberHealth(
      String word,
      String detail,
      @Nullable Instant since,
      int inFlight,
      @Nullable Double latencyMillis) {

    /** Nothing was sent to it yet. */
    public static final MemberHealth UNKNOWN = new MemberHealth("unknown", "", null, 0, null);
  }

  /** Knows nothing: for tests and until the wiring has better. */
  static PairStatus unknown() {
    return new PairStatus() {
      @Override
      public MemberHealth member(String pair, String member) {
        return MemberHealth.UNKNOWN;
      }

      @Override
      public int inFlight(String pair) {
        return 0;
      }

      @Override
      public long released(String pair) {
        return 0;
      }
    };
  }
}
