package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** {@code GET /v1/attention}: what needs a person. */
final class AttentionResource {

  private final Attention attention;

  AttentionResource(Attention attention) {
    this.attention = attention;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/attention", this::list, Role.VIEWER);
  }

  private void list(Context ctx) {
    Query _ = new Query(ctx);
    Json.answer(ctx, new Page<>(attention.items(), null));
  }
}
