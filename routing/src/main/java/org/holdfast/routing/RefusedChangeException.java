package org.holdfast.routing;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
    CONFLICT,
    /** Whoever asks does not speak for what the change is about. */
    FORBIDDEN
  }

  private final Kind kind;
  private final transient @Nullable User current;

  public RefusedChangeException(Kind kind, String message) {
    this(kind, message, null);
  }

  /**
   * @param current how the user stands whom the change was about; null: nobody, or no matter
   */
  public RefusedChangeException(Kind kind, String message, @Nullable User current) {
    super(message);
    this.kind = kind;
    this.current = current;
  }

  /** How the user stands whom the change was about, where that helps. */
  public Optional<User> current() {
    return Optional.ofNullable(current);
  }

  public Kind kind() {
    return kind;
  }
}
