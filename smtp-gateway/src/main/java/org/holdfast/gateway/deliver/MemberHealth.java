package org.holdfast.gateway.deliver;

import java.time.Duration;
import java.time.Instant;
import org.holdfast.routing.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * How the LMTP client sees one member: a snapshot.
 *
 * @param open connections that are up, idle ones included
 * @param inUse those of them that carry a transaction
 * @param opening connections being opened
 * @param waiting transactions that wait for a connection
 * @param transactions ended since the start, whatever their end
 * @param latencyMicros of a transaction with a reply after the end of data, from MAIL to the last
 *     reply, exponentially weighted with 1/8; 0 before the first
 * @param standing what the last that we heard of it says
 * @param since when it began to stand so; null while it is unknown
 * @param at when this was so
 * @param unanswered when it was last heard, or when the first of the open transactions and
 *     connections being opened began, what is later; null when there is none
 * @param lastSuccess when a recipient was last delivered
 * @param lastError when {@code lastErrorText} happened
 * @param lastErrorText the last trouble of ours with it, as a reply line
 */
public record MemberHealth(
    HostPort lmtp,
    int open,
    int inUse,
    int opening,
    int waiting,
    long transactions,
    long latencyMicros,
    Standing standing,
    @Nullable Instant since,
    Instant at,
    @Nullable Instant unanswered,
    @Nullable Instant lastSuccess,
    @Nullable Instant lastError,
    String lastErrorText) {

  /** How long it has said nothing though something is expected of it; zero when nothing is. */
  public Duration silence() {
    return unanswered == null ? Duration.ZERO : Duration.between(unanswered, at);
  }

  /** Deliveries that are open to it, those that wait for a connection included. */
  public int deliveries() {
    return inUse + waiting;
  }

  /** Does it answer? */
  public enum Standing {
    /** Nothing was sent to it yet. */
    UNKNOWN,
    /** It answered; what it said about a mailbox or a message is no trouble of its own. */
    UP,
    /** No connection, no answer, or it refuses everybody. */
    DOWN
  }
}
