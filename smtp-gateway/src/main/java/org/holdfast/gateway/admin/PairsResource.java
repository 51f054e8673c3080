package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.jspecify.annotations.Nullable;

/** {@code /v1/pairs}: the backend pairs. */
final class PairsResource {

  /** Members of one pair. */
  static final int MAX_MEMBERS = 16;

  private final Routing routing;
  private final HoldQueue queue;
  private final PairStatus status;
  private final ReleaseWatch releases;
  private final AuditLog audit;
  private final Waits waits;
  private final Failover failover;
  private final DryRun dry;
  private final IdempotencyKeys keys;

  PairsResource(
      AdminPorts ports, ReleaseWatch releases, Waits waits, DryRun dry, IdempotencyKeys keys) {
    this.dry = dry;
    this.keys = keys;
    this.routing = ports.routing();
    this.queue = ports.queue();
    this.status = ports.pairStatus();
    this.releases = releases;
    this.audit = ports.audit();
    this.waits = waits;
    this.failover = new Failover(routing, ports.probe(), ports.clock());
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/pairs", this::list, Role.VIEWER);
    routes.get("/v1/pairs/{name}", this::show, Role.VIEWER);
    routes.put("/v1/pairs/{name}", this::put, Role.OPERATOR);
    routes.delete("/v1/pairs/{name}", this::remove, Role.OPERATOR);
    routes.put("/v1/pairs/{name}/state", this::setState, Role.OPERATOR);
    routes.post("/v1/pairs/{name}/failover", keys.once(this::failover), Role.OPERATOR);
  }

  private void list(Context ctx) throws MapUnavailableException {
    Query _ = new Query(ctx);
    Map<String, Totals> totals = totals();
    List<PairView> pairs = new ArrayList<>();
    for (Pair pair : routing.pairs()) {
      pairs.add(view(pair, totals));
    }
    Json.answer(ctx, new Page<>(pairs, null));
  }

  private void show(Context ctx) throws MapUnavailableException {
    Query _ = new Query(ctx);
    Json.answer(ctx, view(known(ctx.pathParam("name")), totals()));
  }

  private PairView view(Pair pair, Map<String, Totals> totals) {
    return PairView.of(
        pair,
        totals.get(pair.name()),
        status,
        releases.rates().getOrDefault(pair.name(), 0.0),
        breaker(pair));
  }

  /** Of the active member; closed while nothing is known. */
  private String breaker(Pair pair) {
    return queue.dispatch().nextHops().stream()
        .filter(hop -> hop.name().equals(pair.name()) && hop.member().equals(pair.active()))
        .findFirst()
        .map(hop -> Attention.word(hop.breaker()))
        .orElse("closed");
  }

  private Map<String, Totals> totals() {
    Map<String, Totals> totals = new HashMap<>();
    queue.summary().nextHops().forEach(pair -> totals.put(pair.nextHop(), pair));
    return totals;
  }

  private Pair known(String name) throws MapUnavailableException {
    return routing.pair(name).orElseThrow(() -> Problem.unknown("pair", name));
  }

  private void put(Context ctx) throws Exception {
    Query _ = new Query(ctx);
    Body body = Body.of(ctx, "members", "active", "reason", "wait");
    Caller caller = Access.caller(ctx);
    String name = ctx.pathParam("name");
    List<Member> members = members(body.named("members"));
    String active = active(body, members);
    String reason = body.textOr("reason", "");
    Duration wait = Waits.parse(body.textOrNull("wait"));
    Pair before = routing.pair(name).orElse(null);
    Flip flip =
        waits.flip("pair", () -> routing.putPair(name, members, active, caller.who(reason), wait));
    Pair after = known(name);
    if (flip.changed()) {
      audit.append(caller, "pair.put", name, reason, brief(before), brief(after));
    }
    Map<String, Object> answer =
        new LinkedHashMap<>(FlipView.ofTarget("name", name, after.onHold(), flip, held(name)));
    answer.put("active", after.active());
    answer.put("members", PairView.members(after, status));
    Json.answer(ctx, answer);
  }

  private static List<Member> members(Body members) {
    List<Member> list = new ArrayList<>();
    for (String name : members.names()) {
      Body member = members.object(name, "lmtp", "imap");
      String imap = member.textOrNull("imap");
      list.add(
          new Member(
              name,
              Words.hostPort("members." + name + ".lmtp", member.text("lmtp")),
              imap == null ? null : Words.hostPort("members." + name + ".imap", imap)));
    }
    if (list.isEmpty() || list.size() > MAX_MEMBERS) {
      throw Problem.bad("a pair has 1 to " + MAX_MEMBERS + " members");
    }
    return list;
  }

  private static String active(Body body, List<Member> members) {
    String active = body.textOrNull("active");
    if (active == null && members.size() == 1) {
      return members.getFirst().name();
    }
    String named = active == null ? body.text("active") : active;
    if (members.stream().noneMatch(member -> member.name().equals(named))) {
      throw Problem.bad("active names \"" + named + "\", which is not among the members");
    }
    return named;
  }

  private void remove(Context ctx) throws Exception {
    Caller caller = Access.caller(ctx);
    Query query = new Query(ctx, "reason", "wait");
    String reason = query.textOr("reason", "");
    Duration wait = Waits.parse(query.text("wait"));
    Pair before = known(ctx.pathParam("name"));
    Long held = held(before.name());
    if (held == null || held > 0) {
      throw Problem.conflict(
          "mail is held for the pair " + before.name() + "; release or discard it first");
    }
    Flip flip =
        waits.flip("pair", () -> routing.removePair(before.name(), caller.who(reason), wait));
    audit.append(caller, "pair.remove", before.name(), reason, brief(before), null);
    Json.answer(ctx, FlipView.removed("pair", before.name(), flip));
  }

  private void setState(Context ctx) throws Exception {
    boolean dryRun = new Query(ctx, "dry-run").flag("dry-run");
    Body body = Body.of(ctx, "state", "reason", "wait");
    Caller caller = Access.caller(ctx);
    String name = ctx.pathParam("name");
    boolean onHold = Words.isHold(body.text("state"));
    String reason = body.textOr("reason", "");
    Duration wait = Waits.parse(body.textOrNull("wait"));
    Pair before = known(name);
    Target target = new Target.OfPair(name);
    if (dryRun) {
      Json.answer(ctx, dry.ofHold("pair", name, target, onHold, caller.who(reason)));
      return;
    }
    Flip flip = waits.flip("pair", () -> routing.setHold(target, onHold, caller.who(reason), wait));
    if (flip.changed()) {
      audit.append(caller, "pair.state", name, reason, brief(before), brief(known(name)));
    }
    Json.answer(ctx, FlipView.ofTarget("pair", name, onHold, flip, held(name)));
  }

  private @Nullable Long held(String name) throws MapUnavailableException {
    return HeldMail.ifKnown(() -> new HeldMail(routing, queue).ofPair(name));
  }

  private void failover(Context ctx) throws Exception {
    boolean dryRun = new Query(ctx, "dry-run").flag("dry-run");
    Body body = Body.optional(ctx, "to", "force", "reason", "wait");
    Caller caller = Access.caller(ctx);
    Pair pair = known(ctx.pathParam("name"));
    String reason = body.textOr("reason", "failover");
    Failover.Order order =
        new Failover.Order(
            pair,
            body.textOrNull("to"),
            body.flag("force"),
            caller.who(reason),
            Waits.parse(body.textOrNull("wait")));
    if (dryRun) {
      Json.answer(ctx, waits.within(() -> failover.preview(order)));
      return;
    }
    Failover.Report report = waits.within(() -> failover.run(order));
    audit.append(caller, "pair.failover", pair.name(), reason, brief(pair), report);
    if (report.done()) {
      Json.answer(ctx, report);
    } else { // an answer, not a refusal: it was tried, and a repeat of the call must not try again
      Json.problem(ctx, 409, report.detail(), Json.members(report));
    }
  }

  /** What the audit log keeps of a pair. */
  static @Nullable Map<String, Object> brief(@Nullable Pair pair) {
    if (pair == null) {
      return null;
    }
    Map<String, Object> members = new LinkedHashMap<>();
    pair.members().forEach(member -> members.put(member.name(), member.lmtp().toString()));
    Map<String, Object> brief = new LinkedHashMap<>();
    brief.put("members", members);
    brief.put("active", pair.active());
    brief.put("state", Words.holdWord(pair.onHold()));
    return brief;
  }
}
