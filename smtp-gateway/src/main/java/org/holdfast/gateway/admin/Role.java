package org.holdfast.gateway.admin;

import io.javalin.security.RouteRole;
import java.util.Locale;
import java.util.Optional;

/** What a token may do. The routes name the roles they are for; the operator may everything. */
enum Role implements RouteRole {
  /** All of it. */
  OPERATOR,
  /** Every GET. */
  VIEWER,
  /** Sets {@code active} and {@code recovering} for users of its own pairs. */
  BACKEND,
  /** Looks up where a user lives, and tells who tries to log in. */
  FRONTEND,
  /** Marks routes that need no token; no token bears it. */
  ANYONE;

  static Optional<Role> of(String word) {
    for (Role role : values()) {
      if (role != ANYONE && role.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
