package org.holdfast.gateway.bounce;

/**
 * Who tells senders.
 *
 * @param hostname this gateway's name
 * @param postmaster whom a person may write to; also the From address
 */
public record Reporter(String hostname, String postmaster) {}
