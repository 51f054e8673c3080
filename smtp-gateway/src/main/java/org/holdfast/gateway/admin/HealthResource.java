package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** {@code /healthz}, {@code /readyz}, {@code /metrics}: for machines, open without a token. */
final class HealthResource {

  private final Readiness readiness;
  private final Supplier<List<String>> warnings;
  private final Supplier<String> metrics;

  /** {@code warnings} tells what is wrong and keeps no mail from flowing. */
  HealthResource(Readiness readiness, Supplier<List<String>> warnings, Supplier<String> metrics) {
    this.readiness = readiness;
    this.warnings = warnings;
    this.metrics = metrics;
  }

  void routes(RoutesConfig routes) {
    routes.get("/healthz", HealthResource::alive, Role.ANYONE);
    routes.get("/readyz", this::ready, Role.ANYONE);
    routes.get("/metrics", this::metrics, Role.ANYONE);
  }

  private static void alive(Context ctx) {
    Json.answer(ctx, Map.of("alive", true));
  }

  private record Ready(boolean ready, List<String> warnings) {}

  private void ready(Context ctx) {
    List<String> reasons = readiness.reasons();
    if (reasons.isEmpty()) {
      Json.answer(ctx, new Ready(true, warnings.get()));
      return;
    }
    Json.problem(ctx, 503, String.join("; ", reasons), Map.of("ready", false, "reasons", reasons));
  }

  private void metrics(Context ctx) {
    ctx.contentType("text/plain; version=0.0.4; charset=utf-8").result(metrics.get());
  }
}
