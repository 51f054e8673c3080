package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/** {@code /v1/users}: where users live and how they stand. */
final class UsersResource {

  private final Routing routing;
  private final HeldMail held;
  private final AuditLog audit;
  private final Waits waits;
  private final DryRun dry;
  private final Explain explain;

  UsersResource(
      Routing routing, HeldMail held, AuditLog audit, Waits waits, DryRun dry, Explain explain) {
    this.dry = dry;
    this.explain = explain;
    this.routing = routing;
    this.held = held;
    this.audit = audit;
    this.waits = waits;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/users", this::list, Role.VIEWER);
    routes.get("/v1/users/{address}", this::show, Role.VIEWER, Role.FRONTEND);
    routes.put("/v1/users/{address}", this::put, Role.OPERATOR);
    routes.delete("/v1/users/{address}", this::remove, Role.OPERATOR);
    routes.put("/v1/users/{address}/state", this::setState, Role.BACKEND);
    routes.put("/v1/users/{address}/priority", this::setPriority, Role.OPERATOR);
  }

  private void list(Context ctx) throws MapUnavailableException {
    Query query = new Query(ctx, "pair", "state", "after", "limit");
    String state = query.text("state");
    int limit = query.limit();
    List<User> users =
        routing.users(
            query.text("pair"),
            state == null ? null : Words.userState(state),
            query.afterAddress(),
            limit + 1);
    Map<String, String> members = activeMembers();
    List<UserView> views = new ArrayList<>();
    for (User user : users) {
      views.add(UserView.of(user, members.get(user.pair()), Effective.of(routing, user), null));
    }
    Json.answer(ctx, Page.of(views, limit, view -> view, UserView::address));
  }

  private Map<String, String> activeMembers() throws MapUnavailableException {
    Map<String, String> members = new HashMap<>();
    for (Pair pair : routing.pairs()) {
      members.put(pair.name(), pair.active());
    }
    return members;
  }

  private void show(Context ctx) throws MapUnavailableException, InterruptedException {
    String address = ctx.pathParam("address");
    if (new Query(ctx, "explain").flag("explain")) {
      explain(ctx, address);
    } else {
      Json.answer(ctx, view(known(address)));
    }
  }

  /** Also of an address that is nobody's: then the members of a user are not there. */
  private void explain(Context ctx, String address) throws InterruptedException {
    if (Access.caller(ctx).role() == Role.FRONTEND) {
      throw Problem.forbidden("the role frontend may look users up, not have them explained");
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("address", address);
    try {
      User user = routing.user(address).orElse(null);
      if (user != null) {
        answer.putAll(Json.members(view(user)));
      }
    } catch (MapUnavailableException _) {
      // The explanation says so.
    }
    answer.put("explanation", explain.of(address));
    Json.answer(ctx, answer);
  }

  private UserView view(User user) throws MapUnavailableException {
    String member = routing.pair(user.pair()).map(Pair::active).orElse(null);
    UserView.Waits restore = UserView.Waits.of(user, routing.restores().place(user));
    return UserView.of(user, member, Effective.of(routing, user), held.ofUser(user), restore);
  }

  private User known(String address) throws MapUnavailableException {
    return routing.user(address).orElseThrow(() -> Problem.unknown("user", address));
  }

  private void put(Context ctx) throws Exception {
    boolean dryRun = new Query(ctx, "dry-run").flag("dry-run");
    Body body = Body.of(ctx, "pair", "state", "to", "epoch", "priority", "reason", "wait");
    Caller caller = Access.caller(ctx);
    String address = ctx.pathParam("address");
    String pair = body.text("pair");
    String word = body.textOrNull("state");
    UserState state = word == null ? null : Words.userState(word);
    String reason = body.textOr("reason", "");
    Duration wait = Waits.parse(body.textOrNull("wait"));
    User before = routing.user(address).orElse(null);
    UserChange change = change(address, state, pair, body, Words.priority(body));
    if (dryRun) {
      Json.answer(ctx, dry.ofUser(change, true, caller.who(reason)));
      return;
    }
    Flip flip = waits.flip("user", () -> routing.putUser(change, caller.who(reason), wait));
    answer(ctx, caller, "user.put", reason, before, known(address), flip);
  }

  private void setState(Context ctx) throws Exception {
    boolean dryRun = new Query(ctx, "dry-run").flag("dry-run");
    Body body = Body.of(ctx, "state", "pair", "to", "epoch", "reason", "wait");
    Caller caller = Access.caller(ctx);
    String address = ctx.pathParam("address");
    UserState state = Words.userState(body.text("state"));
    String reason = body.textOr("reason", "");
    Duration wait = Waits.parse(body.textOrNull("wait"));
    Access.maySet(caller, state);
    User before = known(address);
    UserChange change = change(address, state, body.textOrNull("pair"), body, null);
    if (dryRun) {
      Json.answer(ctx, dry.ofUser(change, false, caller.who(reason)));
      return;
    }
    Flip flip = waits.flip("user", () -> routing.setUserState(change, caller.who(reason), wait));
    answer(ctx, caller, "user.state", reason, before, known(address), flip);
  }

  private static UserChange change(
      String address,
      @Nullable UserState state,
      @Nullable String pair,
      Body body,
      @Nullable Integer priority) {
    return new UserChange(
        address, state, pair, body.textOrNull("to"), null, body.numberOrNull("epoch"), priority);
  }

  private void setPriority(Context ctx) throws Exception {
    Query _ = new Query(ctx);
    Body body = Body.of(ctx, "priority", "reason");
    Integer priority = Words.priority(body);
    if (priority == null) {
      throw Problem.bad("field \"priority\" is missing");
    }
    Caller caller = Access.caller(ctx);
    String reason = body.textOr("reason", "");
    User before = known(ctx.pathParam("address"));
    UserChange change = UserChange.priority(before.address(), priority);
    Flip flip = routing.setUserState(change, caller.who(reason), Duration.ZERO);
    User after = known(before.address());
    if (flip.changed()) {
      String what = "user.priority";
      audit.append(caller, what, after.address(), reason, ranked(before), ranked(after));
    }
    Json.answer(ctx, view(after));
  }

  private static Map<String, Object> ranked(User user) {
    return Map.of("priority", user.priority());
  }

  private void answer(
      Context ctx,
      Caller caller,
      String what,
      String reason,
      @Nullable User before,
      User after,
      Flip flip)
      throws MapUnavailableException {
    if (flip.changed()) {
      audit.append(caller, what, after.address(), reason, brief(before), brief(after));
    }
    Long count = HeldMail.ifKnown(() -> held.ofUser(after).deliveries());
    Json.answer(ctx, FlipView.ofUser(after, flip, count));
  }

  /** What the audit log keeps of a user. */
  static @Nullable Map<String, Object> brief(@Nullable User user) {
    if (user == null) {
      return null;
    }
    Map<String, Object> brief = new LinkedHashMap<>();
    brief.put("pair", user.pair());
    brief.put("state", user.state().word());
    if (user.movingTo() != null) {
      brief.put("to", user.movingTo());
    }
    if (user.priority() != 0) {
      brief.put("priority", user.priority());
    }
    brief.put("epoch", user.standing().epoch());
    return brief;
  }

  // Mail that is accepted between the count and the removal is not lost: its lane asks routing,
  // hears that nobody lives there, and the mail waits for a person.
  private void remove(Context ctx) throws Exception {
    Caller caller = Access.caller(ctx);
    Query query = new Query(ctx, "reason", "wait");
    String reason = query.textOr("reason", "");
    Duration wait = Waits.parse(query.text("wait"));
    User user = known(ctx.pathParam("address"));
    HeldMail.Count count = held.ofUser(user);
    if (count.deliveries() > 0 || !count.exact()) {
      throw Problem.conflict(
          "mail is held for " + user.address() + "; release or discard it first");
    }
    Flip flip =
        waits.flip("user", () -> routing.removeUser(user.address(), caller.who(reason), wait));
    audit.append(caller, "user.remove", user.address(), reason, brief(user), null);
    Json.answer(ctx, FlipView.removed("address", user.address(), flip));
  }
}
