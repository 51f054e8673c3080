package org.holdfast.gateway.deliver;

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
    @Nullable Instant lastSuccess,
    @Nullable Instant lastError,
    String lastErrorText) {}
