package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;

/**
 * {@code /v1/domains}: what is served. First those that were declared or are on hold, then those in
 * which somebody lives; a domain that has aliases only is served too and does not stand here.
 */
final class DomainsResource {

  /** Declared domains listed at most. */
  static final int MAX_DECLARED = 10 * Query.MAX_LIMIT;

  private final Routing routing;
  private final AuditLog audit;

  DomainsResource(Routing routing, AuditLog audit) {
    this.routing = routing;
    this.audit = audit;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/domains", this::list, Role.VIEWER);
    routes.put("/v1/domains/{domain}", this::put, Role.OPERATOR);
    routes.delete("/v1/domains/{domain}", this::remove, Role.OPERATOR);
  }

  /** {@code pair} is the catch-all's, empty without one. */
  private record DomainView(
      String domain, String state, String pair, String reason, boolean declared) {}

  private void list(Context ctx) throws MapUnavailableException {
    Query query = new Query(ctx, "after", "limit");
    int limit = query.limit();
    String after = query.after();
    Set<String> declared = new TreeSet<>(routing.domains(null, MAX_DECLARED));
    Map<String, String> held = new TreeMap<>();
    for (Routing.DomainHold hold : routing.holds()) {
      if (!hold.domain().equals("*")) {
        held.put(hold.domain(), hold.standing().reason());
      }
    }
    Set<String> named = new TreeSet<>(declared);
    named.addAll(held.keySet());
    List<DomainView> items = new ArrayList<>();
    if (after == null) {
      for (String domain : named) {
        String pair = routing.user("@" + domain).map(User::pair).orElse("");
        String why = held.get(domain);
        String state = Words.holdWord(why != null);
        boolean its = declared.contains(domain);
        items.add(new DomainView(domain, state, pair, why == null ? "" : why, its));
      }
    }
    var found = routing.inhabitedDomains(after, limit + 1);
    var page = Page.of(found, limit, domain -> domain, Routing.InhabitedDomain::domain);
    for (Routing.InhabitedDomain domain : page.items()) {
      if (!named.contains(domain.domain())) {
        String pair = domain.catchAll() == null ? "" : domain.catchAll();
        items.add(new DomainView(domain.domain(), "active", pair, "", false));
      }
    }
    Json.answer(ctx, new Page<>(items, page.next()));
  }

  private void put(Context ctx) throws Exception {
    Query _ = new Query(ctx);
    Body body = Body.optional(ctx, "reason");
    Caller caller = Access.caller(ctx);
    String domain = ctx.pathParam("domain");
    String reason = body.textOr("reason", "");
    Map<String, Object> before = Map.of("declared", isDeclared(domain));
    routing.putDomain(domain, caller.who(reason));
    audit.append(caller, "domain.put", domain, reason, before, Map.of("declared", true));
    Json.answer(ctx, Map.of("domain", domain, "declared", true));
  }

  private boolean isDeclared(String domain) throws MapUnavailableException {
    return routing.domains(null, MAX_DECLARED).contains(Words.domain(domain));
  }

  private void remove(Context ctx) throws Exception {
    Caller caller = Access.caller(ctx);
    String domain = ctx.pathParam("domain");
    String reason = new Query(ctx, "reason").textOr("reason", "");
    routing.removeDomain(domain, caller.who(reason));
    audit.append(
        caller,
        "domain.remove",
        domain,
        reason,
        Map.of("declared", true),
        Map.of("declared", false));
    Json.answer(ctx, Map.of("domain", domain, "removed", true));
  }
}
