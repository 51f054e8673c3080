/**
 * What is counted and timed, under names and labels that {@code docs/metrics.md} lists: stands
 * around the message path and the way out and changes nothing of them.
 */
@NullMarked
package org.holdfast.gateway.metrics;

import org.jspecify.annotations.NullMarked;
