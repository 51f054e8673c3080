/** Time and chance of a simulation: one thread, one seed. */
@org.jspecify.annotations.NullMarked
package org.holdfast.holdqueue.simulation;
