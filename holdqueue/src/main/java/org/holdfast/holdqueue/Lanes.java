package org.holdfast.holdqueue;

/** Which lanes a change is about. */
public sealed interface Lanes {

  /** The lane of one mailbox. */
  record One(String lane) implements Lanes {}

  /** The lanes of all mailboxes in a domain (A-label form, lower case). */
  record Domain(String domain) implements Lanes {}

  /** The lanes whose mail was last known to go to this next hop. */
  record NextHop(String nextHop) implements Lanes {}

  /** Every lane. */
  record All() implements Lanes {}
}
