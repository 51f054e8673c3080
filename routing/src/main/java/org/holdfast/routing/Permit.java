package org.holdfast.routing;

/**
 * The right to have one delivery open to one backend member: a lease on (user, epoch), counted for
 * its pair, its domain and everything. A flip is quiesced when the last permit older than it has
 * been closed. Thread-safe; closing twice is fine.
 */
public interface Permit extends AutoCloseable {

  String mailbox();

  String pair();

  Member member();

  /** The user's epoch when the permit was given. */
  long epoch();

  /** The user's priority: whose held mail goes first. */
  int priority();

  @Override
  void close();
}
