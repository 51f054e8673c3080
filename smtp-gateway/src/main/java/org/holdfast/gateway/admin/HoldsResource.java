package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Standing;
import org.holdfast.routing.Target;
import org.holdfast.routing.User;

/** Wider holds: {@code /v1/domains}, {@code /v1/all/state}, and {@code /v1/holds} lists them. */
final class HoldsResource {

  /** Domains listed at most; the map is asked for users and pairs, not for domains. */
  static final int MAX_DOMAINS = Query.MAX_LIMIT;

  private static final String EVERYTHING = "*";

  private final Routing routing;
  private final HeldMail held;
  private final AuditLog audit;
  private final Waits waits;

  HoldsResource(Routing routing, HeldMail held, AuditLog audit, Waits waits) {
    this.routing = routing;
    this.held = held;
    this.audit = audit;
    this.waits = waits;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/holds", this::holds, Role.VIEWER);
    routes.get("/v1/domains", this::domains, Role.VIEWER);
    routes.put("/v1/domains/{domain}/state", this::setDomain, Role.OPERATOR);
    routes.put("/v1/all/state", this::setAll, Role.OPERATOR);
  }

  /** {@code kind} is one of all, domain, pair. */
  private record HoldView(
      String kind, String name, String reason, Instant since, String by, long epoch) {

    static HoldView of(String kind, String name, Standing standing) {
      return new HoldView(
          kind, name, standing.reason(), standing.since(), standing.by(), standing.epoch());
    }
  }

  private void holds(Context ctx) throws MapUnavailableException {
    List<HoldView> holds = new ArrayList<>();
    for (Routing.DomainHold hold : routing.holds()) {
      String kind = hold.domain().equals(EVERYTHING) ? "all" : "domain";
      holds.add(HoldView.of(kind, hold.domain(), hold.standing()));
    }
    for (Pair pair : routing.pairs()) {
      if (pair.onHold()) {
        holds.add(HoldView.of("pair", pair.name(), pair.standing()));
      }
    }
    Json.answer(ctx, new Page<>(holds, null));
  }

  /** A domain with a catch-all or a hold; {@code pair} is the catch-all's, empty without one. */
  private record DomainView(String domain, String state, String pair, String reason) {}

  private void domains(Context ctx) throws MapUnavailableException {
    Map<String, DomainView> domains = new LinkedHashMap<>();
    for (User user : catchAlls()) {
      String domain = user.address().substring(1);
      domains.put(domain, new DomainView(domain, "active", user.pair(), ""));
    }
    for (Routing.DomainHold hold : routing.holds()) {
      if (!hold.domain().equals(EVERYTHING)) {
        DomainView there = domains.get(hold.domain());
        String pair = there == null ? "" : there.pair();
        domains.put(
            hold.domain(), new DomainView(hold.domain(), "hold", pair, hold.standing().reason()));
      }
    }
    Json.answer(ctx, new Page<>(List.copyOf(domains.values()), null));
  }

  // In the order of addresses the catch-alls stand together: behind '?' and before 'A'.
  private List<User> catchAlls() throws MapUnavailableException {
    return routing.users(null, null, "?\uffff", MAX_DOMAINS).stream()
        .takeWhile(user -> user.address().startsWith("@"))
        .toList();
  }

  private void setDomain(Context ctx) throws Exception {
    String domain = ctx.pathParam("domain");
    set(ctx, new Target.OfDomain(domain), "domain", domain);
  }

  private void setAll(Context ctx) throws Exception {
    set(ctx, new Target.Everything(), "all", EVERYTHING);
  }

  private void set(Context ctx, Target target, String kind, String name) throws Exception {
    Body body = Body.of(ctx, "state", "reason", "wait");
    Caller caller = Access.caller(ctx);
    boolean onHold = Words.isHold(body.text("state"));
    String reason = body.textOr("reason", "");
    Duration wait = Waits.parse(body.textOrNull("wait"));
    Flip flip = waits.within(() -> routing.setHold(target, onHold, caller.who(reason), wait));
    if (flip.changed()) {
      audit.append(
          caller, kind + ".state", name, reason, null, Map.of("state", Words.holdWord(onHold)));
    }
    Long count =
        HeldMail.ifKnown(
            () -> target instanceof Target.Everything ? held.ofAll() : domainHeld(name));
    Json.answer(ctx, FlipView.ofTarget(kind, name, onHold, flip, count));
  }

  private long domainHeld(String domain) throws MapUnavailableException {
    return held.ofDomain(domain, false).deliveries();
  }
}
