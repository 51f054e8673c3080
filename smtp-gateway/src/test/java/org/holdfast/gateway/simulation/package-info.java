/**
 * The whole gateway in one thread: the real dispatcher, log, gate and message path on a disk that
 * fails, with backends that misbehave, moved by one seed. See {@code docs/simulation.md}.
 */
@org.jspecify.annotations.NullMarked
package org.holdfast.gateway.simulation;
