package org.holdfast.routing;

/** A change of the map that makes no sense; nothing of it was applied. */
public final class RefusedChangeException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What kind of refusal, for whoever turns it into a status. */
  public enum Kind {
    /** It can never be right: a malformed address, a pair without members, an alias loop. */
    INVALID,
    /** Something it names is not there. */
    NOT_FOUND,
    /** It contradicts what is there: a pair that still has users, an epoch that is too old. */
    CONFLICT
  }

  private final Kind kind;

  public RefusedChangeException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
