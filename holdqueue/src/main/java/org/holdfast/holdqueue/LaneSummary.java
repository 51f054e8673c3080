package org.holdfast.holdqueue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is held for one mailbox. {@code oldest} is null when nothing is. */
public record LaneSummary(String lane, long deliveries, long bytes, @Nullable Instant oldest) {}
