/**
 * Flips at every point of a delivery: the real message path, map, gate, queue and dispatcher, with
 * backends in the process. Start reading at {@link
 * org.holdfast.gateway.flips.FlipsAtEveryPointTest}; what must be true stands in {@link
 * org.holdfast.gateway.flips.Invariants}; {@code docs/races.md} tells how to run it large.
 */
@NullMarked
package org.holdfast.gateway.flips;

import org.jspecify.annotations.NullMarked;
