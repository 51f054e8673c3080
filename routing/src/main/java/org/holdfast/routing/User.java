package org.holdfast.routing;

/**
 * An entry of the location map.
 *
 * @param address canonical address, or {@code @domain} for a domain's catch-all
 * @param pair the pair the mailbox lives on
 */
public record User(String address, String pair, UserState state, Standing standing) {}
