package org.holdfast.gateway.deliver;

/** The peer said something that is no SMTP reply, or no reply that can come here. */
final class GarbageException extends Exception {

  private static final long serialVersionUID = 1;

  GarbageException(String what) {
    super(what, null, false, false);
  }
}
