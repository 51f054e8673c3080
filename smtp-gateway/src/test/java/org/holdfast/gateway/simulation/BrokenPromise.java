package org.holdfast.gateway.simulation;

/** A promise was not kept. */
final class BrokenPromise extends RuntimeException {

  private static final long serialVersionUID = 1L;

  final String invariant;

  BrokenPromise(String invariant, String how) {
    super(invariant + ": " + how);
    this.invariant = invariant;
  }
}
