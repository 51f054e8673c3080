package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.jspecify.annotations.Nullable;

/** {@code /v1/aliases}: mail to one address, or domain, goes to another. */
final class AliasesResource {

  private final Routing routing;
  private final AuditLog audit;

  AliasesResource(Routing routing, AuditLog audit) {
    this.routing = routing;
    this.audit = audit;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/aliases", this::list, Role.VIEWER);
    routes.put("/v1/aliases/{from}", this::put, Role.OPERATOR);
    routes.delete("/v1/aliases/{from}", this::remove, Role.OPERATOR);
  }

  private void list(Context ctx) throws MapUnavailableException {
    Query query = new Query(ctx, "after", "limit");
    int limit = query.limit();
    List<Alias> found = routing.aliases(query.afterAddress(), limit + 1);
    Json.answer(ctx, Page.of(found, limit, alias -> alias, Alias::from));
  }

  private void put(Context ctx) throws Exception {
    Query _ = new Query(ctx);
    Body body = Body.of(ctx, "to", "reason");
    Caller caller = Access.caller(ctx);
    Alias alias = new Alias(ctx.pathParam("from"), body.text("to"));
    String reason = body.textOr("reason", "");
    Map<String, Object> before = brief(alias.from());
    Routing.Loaded loaded = routing.putAlias(alias, caller.who(reason));
    audit.append(caller, "alias.put", alias.from(), reason, before, brief(alias.from()));
    Json.answer(ctx, Map.of("from", alias.from(), "to", alias.to(), "warnings", loaded.warnings()));
  }

  /** What the events keep of an alias; null when there is none. */
  private @Nullable Map<String, Object> brief(String from) throws MapUnavailableException {
    String to = routing.alias(from).orElse(null);
    return to == null ? null : Map.of("to", to);
  }

  private void remove(Context ctx) throws Exception {
    Caller caller = Access.caller(ctx);
    String from = ctx.pathParam("from");
    String reason = new Query(ctx, "reason").textOr("reason", "");
    Map<String, Object> before = brief(from);
    routing.removeAlias(from, caller.who(reason));
    audit.append(caller, "alias.remove", from, reason, before, null);
    Json.answer(ctx, Map.of("from", from, "removed", true));
  }
}
