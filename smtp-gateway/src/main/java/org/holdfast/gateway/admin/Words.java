package org.holdfast.gateway.admin;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.Address;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/** The words of the API, read with exact complaints. */
final class Words {

  private Words() {}

  static UserState userState(String word) {
    return UserState.of(word)
        .orElseThrow(() -> Problem.bad("state must be one of active, moving, recovering, closed"));
  }

  /** The field {@code priority}; null when it is not said. */
  static @Nullable Integer priority(Body body) {
    return body.numberOrNull("priority", User.LOWEST_PRIORITY, User.HIGHEST_PRIORITY);
  }

  /** True for {@code hold}. */
  static boolean isHold(String word) {
    return switch (word) {
      case "hold" -> true;
      case "active" -> false;
      default -> throw Problem.bad("state must be one of active, hold");
    };
  }

  /** In the map's spelling; as it is when it is none, so that whoever asks is told so. */
  static String domain(String text) {
    try {
      return Address.domain(text);
    } catch (IllegalArgumentException _) {
      return text;
    }
  }

  static String holdWord(boolean onHold) {
    return onHold ? "hold" : "active";
  }

  static DeliveryState deliveryState(String word) {
    for (DeliveryState state : DeliveryState.values()) {
      if (word(state).equals(word)) {
        return state;
      }
    }
    throw Problem.bad("state must be one of held, ready, deferred, parked");
  }

  static String word(DeliveryState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  static Instant instant(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Problem.bad(name + " must be a time such as 2026-11-21T22:00:00Z");
    }
  }

  static HostPort hostPort(String name, String text) {
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problem.bad(name + " must be HOST:PORT");
    }
  }

  /** A reverse-path as somebody writes it; {@code <>} is the null reverse-path. */
  static String reversePath(String text) {
    return text.equals("<>") ? "" : text;
  }
}
