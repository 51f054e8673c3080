package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.Objects;
import org.holdfast.gateway.metrics.LoginCounts;
import org.holdfast.gateway.metrics.LoginCounts.Result;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.RestoreRequest;
import org.holdfast.routing.Restores.Attempt;
import org.holdfast.routing.Restores.Outcome;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/users/{address}/login-attempts}: a login front end tells who tries to log in, and
 * hears where to, or that the mailbox is away and whose turn it is. {@code docs/restores.md}.
 */
final class LoginAttemptsResource {

  /** Characters of what a front end says about its client. */
  static final int MAX_CLIENT = 255;

  private static final String LATER = "; tell the user to try again in a few minutes";

  private final Routing routing;
  private final AttemptCounts attempts;
  private final AttemptLimit limit;
  private final LoginCounts counts;

  LoginAttemptsResource(
      Routing routing, AttemptCounts attempts, AttemptLimit limit, LoginCounts counts) {
    this.routing = routing;
    this.attempts = attempts;
    this.limit = limit;
    this.counts = counts;
  }

  void routes(RoutesConfig routes) {
    routes.post("/v1/users/{address}/login-attempts", this::attempt, Role.FRONTEND);
  }

  private void attempt(Context ctx) throws IOException {
    Query _ = new Query(ctx);
    String client = Body.optional(ctx, "client").textOr("client", "");
    if (client.length() > MAX_CLIENT) {
      throw Problem.bad("client is longer than " + MAX_CLIENT + " characters");
    }
    Caller caller = Access.caller(ctx);
    if (!limit.mayTry(caller.name())) {
      counts.count(Result.POSTPONED);
      ctx.header("Retry-After", "1");
      throw new Problem(
          HttpStatus.TOO_MANY_REQUESTS,
          "more than " + AttemptLimit.PER_SECOND + " login attempts a second" + LATER);
    }
    AttemptLimit.Place place = limit.place().orElse(null);
    if (place == null) {
      throw postponed("too many login attempts at once");
    }
    try (place) {
      answer(ctx, caller, client, ctx.pathParam("address"));
    } catch (MapUnavailableException _) {
      throw postponed("the location map cannot be used right now"); // its own line tells why
    }
  }

  private Problem postponed(String why) {
    counts.count(Result.POSTPONED);
    return Problem.busy(why + LATER);
  }

  private void answer(Context ctx, Caller caller, String client, String address)
      throws MapUnavailableException {
    Attempt attempt = routing.restores().attempt(address);
    counts.count(result(attempt));
    if (attempt.outcome() == Outcome.UNKNOWN) {
      throw Problem.unknown("user", address);
    }
    User user = Objects.requireNonNull(attempt.user());
    if (attempt.first()) {
      ChangeLines.asked(caller, client, user.address(), user.pair(), attempt.before());
    }
    Pair pair = routing.pair(user.pair()).orElse(null);
    Json.answer(ctx, LoginAnswer.of(attempt, user, pair, counted(attempt, user)));
  }

  private @Nullable Long counted(Attempt attempt, User user) {
    RestoreRequest request = user.request();
    return attempt.outcome() == Outcome.WAIT && request != null ? attempts.more(request) : null;
  }

  private static Result result(Attempt attempt) {
    return switch (attempt.outcome()) {
      case GO -> Result.GO;
      case WAIT -> attempt.first() ? Result.ASKED : Result.WAITING;
      case CLOSED -> Result.CLOSED;
      case UNKNOWN -> Result.UNKNOWN;
    };
  }
}
