package org.holdfast.holdqueue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One past event of a delivery: an attempt, or what a person or the queue did to it.
 *
 * @param recipient number of the recipient within its message; stays the same when it is redirected
 * @param address whom it went to then; null when the log does not tell any more
 * @param number which attempt for this recipient it was, from 1; 0: it was none
 * @param repeats how many attempts before it, at a next hop that was down, are told by this one
 * @param where who was asked
 * @param who the person who did it; empty when the queue did
 * @param what one word
 * @param reply what the next hop said, or why; one line
 */
public record Attempt(
    Instant at,
    int recipient,
    @Nullable String address,
    int number,
    int repeats,
    Outcome.Where where,
    String who,
    String what,
    String reply) {}
