package org.holdfast.gateway.conf;

import org.holdfast.routing.Address;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * Readers of the single values of a map, shared by YAML and CSV; IllegalArgumentException says what
 * is wrong.
 */
final class MapWords {

  private static final int MAX_NAME = 64;

  private MapWords() {}

  /** {@code local@domain}, or {@code @domain} for a catch-all; answered as it was written. */
  static String address(String text) {
    Address _ = Address.ofEntry(text);
    return text;
  }

  private static boolean alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean wordCharacter(char c) {
    return alphanumeric(c) || c == '_' || c == '-';
  }

  /** What two spellings of one address have in common. */
  static String sameness(String address) {
    return Address.parse(address).toString();
  }

  /** Name of a pair or a member. */
  static String name(String text) {
    if (!isName(text)) {
      throw new IllegalArgumentException("not a name of letters, digits, '-', '_', '.': " + text);
    }
    return text;
  }

  private static boolean isName(String text) {
    if (text.isEmpty() || text.length() > MAX_NAME || !alphanumeric(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (!wordCharacter(text.charAt(i)) && text.charAt(i) != '.') {
        return false;
      }
    }
    return true;
  }

  static UserState state(String text) {
    return UserState.of(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "not a state (active, moving, recovering, closed): " + text));
  }

  /** A domain, or "*" for everything. */
  static String held(String text) {
    return text.equals("*") ? text : domain(text);
  }

  static String domain(String text) {
    return Address.domain(text);
  }

  /** The state of a pair. */
  static boolean onHold(String text) {
    if (!text.equals("hold") && !text.equals("active")) {
      throw new IllegalArgumentException("not a state of a pair (active, hold): " + text);
    }
    return text.equals("hold");
  }

  /** Why somebody did something: one line. */
  static String reason(String text) {
    return text.replaceAll("[\\p{Cntrl}\\x80-\\x9F]+", " ").strip();
  }

  /** Whose held mail goes first. */
  static int priority(String text) {
    try {
      int priority = Integer.parseInt(text);
      if (priority >= User.LOWEST_PRIORITY && priority <= User.HIGHEST_PRIORITY) {
        return priority;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new IllegalArgumentException(
        "not a priority (%d to %d): %s"
            .formatted(User.LOWEST_PRIORITY, User.HIGHEST_PRIORITY, text));
  }

  /** Is it a state in which a user may be on the way to another pair? */
  static boolean aside(@Nullable UserState state) {
    return state == UserState.MOVING || state == UserState.RECOVERING;
  }

  static HostPort hostPort(String text) {
    return HostPort.parse(text);
  }
}
