package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.security.RouteRole;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.holdfast.gateway.admin.Tokens.Found;
import org.holdfast.routing.UserState;

/** Who may do what. Thread-safe. */
final class Access {

  /** A longer Authorization value is not looked at. */
  static final int MAX_TOKEN_LENGTH = 1024;

  private static final String CALLER = "holdfast.caller";
  private static final String SCHEME = "Bearer ";

  private final Supplier<Tokens> tokens;
  private final TokenFailures failures;
  private final InstantSource clock;
  private final Pause pause;

  /** Lets a wrong token's answer wait. */
  @FunctionalInterface
  interface Pause {
    void rest(Duration length) throws InterruptedException;
  }

  Access(Supplier<Tokens> tokens, TokenFailures failures, InstantSource clock, Pause pause) {
    this.tokens = tokens;
    this.failures = failures;
    this.clock = clock;
    this.pause = pause;
  }

  /**
   * Runs before everything under {@code /v1}: whoever has no token learns nothing, not even 404.
   */
  void authenticate(Context ctx) throws InterruptedException {
    Optional<String> presented = presented(ctx);
    if (presented.isEmpty()) {
      throw unauthorized(ctx, "send a valid token: Authorization: Bearer TOKEN");
    }
    switch (tokens.get().find(presented.get(), ctx.ip(), clock.instant())) {
      case Found.Good good -> ctx.attribute(CALLER, good.caller());
      case Found.Expired(String name, var when) ->
          throw refused(ctx, "the token " + name + " has expired at " + when);
      case Found.Wrong _ -> throw refused(ctx, "the token is wrong: nobody has this one");
    }
  }

  private Problem refused(Context ctx, String why) throws InterruptedException {
    var wait = failures.failed(ctx.ip(), ctx.method() + " " + ctx.path() + ": " + why);
    if (wait.isEmpty()) {
      ctx.header("Retry-After", String.valueOf(TokenFailures.LONGEST_WAIT.toSeconds()));
      ctx.header("Connection", "close");
      return new Problem(HttpStatus.TOO_MANY_REQUESTS, "too many wrong tokens from " + ctx.ip());
    }
    try (var place = wait.get()) {
      if (place.length().isPositive()) {
        pause.rest(place.length());
      }
    }
    return unauthorized(ctx, why);
  }

  private static Problem unauthorized(Context ctx, String why) {
    ctx.header("WWW-Authenticate", "Bearer realm=\"holdfast\"");
    return new Problem(HttpStatus.UNAUTHORIZED, why);
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
