package org.holdfast.routing;

import java.util.Locale;
import java.util.Optional;

/** The state of a user. */
public enum UserState {
  /** Mail is delivered. */
  ACTIVE(0),
  /** "Being moved": mail is accepted and held; nothing is delivered to the backend. */
  MOVING(1),
  /** Being restored or checked: as {@link #MOVING}, another word for people. */
  RECOVERING(2),
  /** Mail is refused, 550 5.2.1. */
  CLOSED(3);

  private final int code;

  UserState(int code) {
    this.code = code;
  }

  /** Its number in the log and in the view; never changes. */
  int code() {
    return code;
  }

  /** Moving or recovering: the mailbox is away, and will be back. */
  boolean isAside() {
    return this == MOVING || this == RECOVERING;
  }

  /** The state of this number; empty when there is none. */
  static Optional<UserState> ofCode(int code) {
    for (UserState state : values()) {
      if (state.code == code) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }

  /** The word used in files, on the command line and in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of this word; empty when there is none. */
  public static Optional<UserState> of(String word) {
    for (UserState state : values()) {
      if (state.word().equals(word)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
