package org.holdfast.holdqueue;

import java.time.Instant;

/**
 * One past event of a delivery: an attempt, or what a person or the queue did to it. {@code what}
 * is one word, {@code reply} one line.
 */
public record Attempt(Instant at, int recipient, String what, String reply) {}
