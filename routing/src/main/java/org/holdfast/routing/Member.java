package org.holdfast.routing;

import org.jspecify.annotations.Nullable;

/**
 * One server of a pair. {@code imap} is null when it is not known; a failover needs it to check a
 * standby.
 */
public record Member(String name, HostPort lmtp, @Nullable HostPort imap) {}
