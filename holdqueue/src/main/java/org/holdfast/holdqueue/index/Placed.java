package org.holdfast.holdqueue.index;

import org.holdfast.holdqueue.Delivery;

/**
 * A delivery and where its message's record begins.
 *
 * @param revision as {@link Index#revision} was before it was read: while it still is, nobody took
 *     the delivery from the queue
 */
public record Placed(Delivery delivery, long position, long revision) {}
