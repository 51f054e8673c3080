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
import org.holdfast.routing.Routing;
import org.holdfast.routing.Standing;
import org.holdfast.routing.Target;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * Wider holds: {@code /v1/domains/{domain}/state}, {@code /v1/all/state}; {@code /v1/holds} lists
 * them ({@code ?users} tells of users set aside, too), {@code /v1/holds/forgotten} what stands so
 * for longer than {@code map.forgotten-after}, users too.
 */
final class HoldsResource {

  private static final String EVERYTHING = "*";

  private final Routing routing;
  private final HeldMail held;
  private final AuditLog audit;
  private final Waits waits;
  private final ForgottenHolds forgotten;
  private final DryRun dry;

  HoldsResource(
      Routing routing,
      HeldMail held,
      AuditLog audit,
      Waits waits,
      ForgottenHolds forgotten,
      DryRun dry) {
    this.dry = dry;
    this.routing = routing;
    this.held = held;
    this.audit = audit;
    this.waits = waits;
    this.forgotten = forgotten;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/holds", this::holds, Role.VIEWER);
    routes.get("/v1/holds/forgotten", this::forgotten, Role.VIEWER);
    routes.put("/v1/domains/{domain}/state", this::setDomain, Role.OPERATOR);
    routes.put("/v1/all/state", this::setAll, Role.OPERATOR);
  }

  /**
   * One hold.
   *
   * @param kind one of all, domain, pair, user
   * @param state {@code hold}, or a user's state
   * @param pair where a user lives; null for wider ones
   * @param to where a user is being moved to, if somebody said so
   */
  record HoldView(
      String kind,
      String name,
      String state,
      @Nullable String pair,
      @Nullable String to,
      String reason,
      Instant since,
      String by,
      long epoch) {

    static HoldView of(ForgottenHolds.Wide wide) {
      Standing s = wide.standing();
      return new HoldView(
          wide.kind(), wide.name(), "hold", null, null, s.reason(), s.since(), s.by(), s.epoch());
    }

    static HoldView of(User user) {
      Standing s = user.standing();
      return new HoldView(
          "user",
          user.address(),
          user.state().word(),
          user.pair(),
          user.movingTo(),
          s.reason(),
          s.since(),
          s.by(),
          s.epoch());
    }

    /** Goes on behind this one. */
    String cursor() {
      return since.toEpochMilli() + "," + name;
    }
  }

  private void holds(Context ctx) throws MapUnavailableException {
    boolean users = new Query(ctx, "users").flag("users");
    List<HoldView> wide = ForgottenHolds.wide(routing).stream().map(HoldView::of).toList();
    Page<HoldView> page = new Page<>(wide, null);
    Json.answer(ctx, users ? withUsers(page) : page);
  }

  private Map<String, Object> withUsers(Page<HoldView> page) throws MapUnavailableException {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("items", page.items());
    answer.put("next", page.next());
    answer.put("users", UsersAside.now(routing, forgotten.now()));
    return answer;
  }

  /** Wider ones stand on the first page, the users behind them, the longest first. */
  private void forgotten(Context ctx) throws MapUnavailableException {
    Query query = new Query(ctx, "after", "limit");
    int limit = query.limit();
    String after = query.after();
    Instant cutoff = forgotten.cutoff();
    Instant from = after == null ? Instant.EPOCH : since(after);
    String behind = after == null ? "" : after.substring(after.indexOf(',') + 1);
    List<User> users = routing.setAside(from, cutoff, behind, limit + 1);
    Page<HoldView> page =
        Page.of(users.stream().map(HoldView::of).toList(), limit, v -> v, HoldView::cursor);
    List<HoldView> items = new ArrayList<>();
    if (after == null) {
      ForgottenHolds.wide(routing).stream()
          .filter(hold -> hold.standing().since().isBefore(cutoff))
          .map(HoldView::of)
          .forEach(items::add);
    }
    items.addAll(page.items());
    Json.answer(ctx, new Page<>(items, page.next()));
  }

  private static Instant since(String cursor) {
    int comma = cursor.indexOf(',');
    if (comma < 0 || !cursor.substring(0, comma).matches("[0-9]{1,15}")) {
      throw Problem.bad("after must be the next of the page before");
    }
    return Instant.ofEpochMilli(Long.parseLong(cursor.substring(0, comma)));
  }

  private void setDomain(Context ctx) throws Exception {
    String domain = ctx.pathParam("domain");
    set(ctx, new Target.OfDomain(domain), "domain", Words.domain(domain));
  }

  private void setAll(Context ctx) throws Exception {
    set(ctx, new Target.Everything(), "all", EVERYTHING);
  }

  private void set(Context ctx, Target target, String kind, String name) throws Exception {
    boolean dryRun = new Query(ctx, "dry-run").flag("dry-run");
    Body body = Body.of(ctx, "state", "reason", "wait");
    Caller caller = Access.caller(ctx);
    boolean onHold = Words.isHold(body.text("state"));
    String reason = body.textOr("reason", "");
    Duration wait = Waits.parse(body.textOrNull("wait"));
    if (dryRun) {
      Json.answer(ctx, dry.ofHold(kind, name, target, onHold, caller.who(reason)));
      return;
    }
    Map<String, Object> before = brief(name);
    Flip flip = waits.flip(kind, () -> routing.setHold(target, onHold, caller.who(reason), wait));
    if (flip.changed()) {
      audit.append(caller, kind + ".state", name, reason, before, brief(name));
    }
    Long count =
        HeldMail.ifKnown(
            () -> target instanceof Target.Everything ? held.ofAll() : domainHeld(name));
    Json.answer(ctx, FlipView.ofTarget(kind, name, onHold, flip, count));
  }

  /** What the events keep of a hold. */
  private Map<String, Object> brief(String name) {
    for (Routing.DomainHold hold : routing.holds()) {
      if (hold.domain().equals(name)) {
        return Map.of("state", "hold", "epoch", hold.standing().epoch());
      }
    }
    return Map.of("state", "active");
  }

  private long domainHeld(String domain) throws MapUnavailableException {
    return held.ofDomain(domain, false).deliveries();
  }
}
