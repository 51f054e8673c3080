package org.holdfast.routing;

import java.time.Instant;

/**
 * How one thing (a user, a pair, a domain, everything) stands: the reason somebody gave, since
 * when, who, and the epoch, which rises with each change and never repeats.
 */
public record Standing(String reason, Instant since, String by, long epoch) {}
