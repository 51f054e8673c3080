package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.holdfast.holdqueue.NotYetKnownException;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.User;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns everything that goes wrong into an answer, once and here: RFC 9457. */
final class Problems {

  static final String MAP_UNAVAILABLE = "the location map cannot be used right now; try again";

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private static final AtomicLong FAILURES = new AtomicLong();

  private Problems() {}

  static void routes(RoutesConfig routes) {
    routes.exception(Problem.class, Problems::known);
    routes.exception(RefusedChangeException.class, Problems::refused);
    routes.exception(MapUnavailableException.class, Problems::mapIsDown);
    routes.exception(NotYetKnownException.class, Problems::notYet);
    routes.exception(HttpResponseException.class, Problems::byRouter);
    routes.exception(IOException.class, Problems::brokenPipe);
    routes.exception(UncheckedIOException.class, Problems::brokenPipe);
    routes.exception(Exception.class, Problems::unexpected);
  }

  private static void known(Problem e, Context ctx) {
    if (e.status() == HttpStatus.SERVICE_UNAVAILABLE.getCode()) {
      ctx.header("Retry-After", "1");
    }
    Json.problem(ctx, e.status(), e.detail(), e.more());
  }

  private static void refused(RefusedChangeException e, Context ctx) {
    Map<String, Object> more =
        e.current()
            .<Map<String, Object>>map(user -> Map.of("current", current(user)))
            .orElse(Map.of());
    Json.problem(ctx, status(e.kind()), String.valueOf(e.getMessage()), more);
  }

  static int status(RefusedChangeException.Kind kind) {
    return switch (kind) {
      case INVALID -> 400;
      case FORBIDDEN -> 403;
      case NOT_FOUND -> 404;
      case CONFLICT -> 409;
    };
  }

  /** How a user stands, for somebody whose change of it was refused. */
  static Map<String, Object> current(User user) {
    Map<String, Object> current = new LinkedHashMap<>();
    current.put("address", user.address());
    current.put("pair", user.pair());
    current.put("state", user.state().word());
    current.put("to", user.movingTo());
    current.put("epoch", user.standing().epoch());
    current.put("since", user.standing().since());
    current.put("by", user.standing().by());
    current.put("reason", user.standing().reason());
    return current;
  }

  private static void mapIsDown(MapUnavailableException e, Context ctx) {
    LOG.warn("{} {}: the map cannot be used", ctx.method(), ctx.path(), e);
    ctx.header("Retry-After", "1");
    Json.problem(ctx, 503, MAP_UNAVAILABLE, Map.of());
  }

  private static void notYet(NotYetKnownException e, Context ctx) {
    LOG.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
    ctx.header("Retry-After", "1");
    Json.problem(ctx, 503, String.valueOf(e.getMessage()), Map.of());
  }

  private static void byRouter(HttpResponseException e, Context ctx) {
    int status = e.getStatus();
    String detail =
        switch (status) {
          case 404 -> "there is no " + ctx.path();
          case 405 -> ctx.method() + " is not for " + ctx.path();
          default -> HttpStatus.forStatus(status).getMessage();
        };
    String allowed = e.getDetails().get("availableMethods");
    if (status == 405 && allowed != null) {
      ctx.header("Allow", allowed);
    }
    Json.problem(ctx, status, detail, Map.of());
  }

  // The client's own connection mostly: an answer can't be sent any more, or only half.
  private static void brokenPipe(Exception e, Context ctx) {
    LOG.info("{} {}: {}", ctx.method(), ctx.path(), e.toString());
    Json.problem(ctx, 500, "the request could not be read or answered", Map.of());
  }

  private static void unexpected(Exception e, Context ctx) {
    long number = FAILURES.incrementAndGet();
    LOG.error("failure {} at {} {}", number, ctx.method(), ctx.path(), e);
    Json.problem(ctx, 500, "failure " + number + "; the gateway's log says more", Map.of());
  }
}
