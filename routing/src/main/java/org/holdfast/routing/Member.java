package org.holdfast.routing;

import org.jspecify.annotations.Nullable;

/**
 * One server of a pair. {@code imap} is null when it is not known: login front ends are told it, no
 * gateway talks to it.
 */
public record Member(String name, HostPort lmtp, @Nullable HostPort imap) {}
