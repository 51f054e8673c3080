package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.security.RouteRole;
import java.util.Optional;
import java.util.Set;
import org.holdfast.routing.UserState;

/** Who may do what. Thread-safe. */
final class Access {

  /** A longer Authorization value is not looked at. */
  static final int MAX_TOKEN_LENGTH = 1024;

  private static final String CALLER = "holdfast.caller";
  private static final String SCHEME = "Bearer ";

  private final Tokens tokens;

  Access(Tokens tokens) {
    this.tokens = tokens;
  }

  /**
   * Runs before everything under {@code /v1}: whoever has no token learns nothing, not even 404.
   */
  void authenticate(Context ctx) {
    Caller caller = presented(ctx).flatMap(token -> tokens.find(token, ctx.ip())).orElse(null);
    if (caller == null) {
      ctx.header("WWW-Authenticate", "Bearer realm=\"holdfast\"");
      throw new Problem(HttpStatus.UNAUTHORIZED, "send a valid token: Authorization: Bearer TOKEN");
    }
    ctx.attribute(CALLER, caller);
  }

  /** Runs before a route that exists: is this role among those it names? */
  void authorize(Context ctx) {
    Set<RouteRole> allowed = ctx.routeRoles();
    if (allowed.contains(Role.ANYONE)) {
      return;
    }
    Caller caller = caller(ctx);
    if (caller.role() != Role.OPERATOR && !allowed.contains(caller.role())) {
      throw Problem.forbidden("the role " + caller.role().word() + " may not do this");
    }
  }

  static Caller caller(Context ctx) {
    Caller caller = ctx.attribute(CALLER);
    if (caller == null) {
      throw new Problem(HttpStatus.UNAUTHORIZED, "send a token");
    }
    return caller;
  }

  private static Optional<String> presented(Context ctx) {
    String value = ctx.header("Authorization");
    if (value == null
        || value.length() > MAX_TOKEN_LENGTH
        || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    return Optional.of(value.substring(SCHEME.length()).strip());
  }

  /**
   * Which states a backend may set; for whom, routing decides together with the change, so that
   * nothing can come in between.
   */
  static void maySet(Caller caller, UserState state) {
    if (caller.isBackend() && state != UserState.ACTIVE && state != UserState.RECOVERING) {
      throw Problem.forbidden("a backend may set active or recovering only");
    }
  }
}
