package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.jspecify.annotations.Nullable;

/** {@code /v1/queue}, the actions: on a message, on one delivery, on all that a filter finds. */
final class QueueActions {

  /** A dry run counts no further. */
  static final int COUNT_MAX = 1_000_000;

  private static final String[] FILTER = {"id", "recipient", "pair", "state", "sender", "before"};

  private final HoldQueue queue;
  private final Routing routing;
  private final AuditLog audit;

  QueueActions(HoldQueue queue, Routing routing, AuditLog audit) {
    this.queue = queue;
    this.routing = routing;
    this.audit = audit;
  }

  void routes(RoutesConfig routes) {
    for (Action action : Action.values()) {
      routes.post(
          "/v1/queue/messages/{id}/" + action.word(), ctx -> onMessage(ctx, action), Role.OPERATOR);
    }
    routes.post("/v1/queue/actions", this::onFilter, Role.OPERATOR);
  }

  private enum Action {
    RETRY,
    PARK,
    REDIRECT,
    DISCARD;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Action of(String word) {
      for (Action action : values()) {
        if (action.word().equals(word)) {
          return action;
        }
      }
      throw Problem.bad("action must be one of retry, park, redirect, discard");
    }
  }

  private void onMessage(Context ctx, Action action) throws IOException, MapUnavailableException {
    Body body = Body.optional(ctx, "recipient", "reason", "to");
    String id = ctx.pathParam("id");
    QueueFilter filter = new QueueFilter(id, body.textOrNull("recipient"), null, null, null, null);
    if (queue.list(filter, null, 1).isEmpty()) {
      throw Problem.unknown(
          "delivery of", id + (filter.recipient() == null ? "" : " to " + filter.recipient()));
    }
    int affected = act(ctx, action, body, filter, id);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("action", action.word());
    answer.put("affected", affected);
    Json.answer(ctx, answer);
  }

  private void onFilter(Context ctx) throws IOException, MapUnavailableException {
    Body body = Body.of(ctx, "action", "filter", "all", "dryRun", "reason", "to");
    Action action = Action.of(body.text("action"));
    QueueFilter filter = filter(body.object("filter", FILTER));
    // Judged by what it finds, not by what was written: a filter of nulls is everything too.
    if (filter.equals(QueueFilter.any()) != body.flag("all")) {
      throw Problem.bad("give a filter, or \"all\": true for everything, and not both");
    }
    boolean dryRun = body.flag("dryRun");
    int affected = dryRun ? count(filter) : act(ctx, action, body, filter, "filter");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("action", action.word());
    answer.put("affected", affected);
    answer.put("dryRun", dryRun);
    Json.answer(ctx, answer);
  }

  private static QueueFilter filter(Body given) {
    return QueueResource.filter(
        given.textOrNull("id"),
        given.textOrNull("recipient"),
        given.textOrNull("pair"),
        given.textOrNull("state"),
        given.textOrNull("sender"),
        given.textOrNull("before"));
  }

  private int count(QueueFilter filter) {
    int count = 0;
    String cursor = null;
    while (count < COUNT_MAX) {
      List<QueueItem> page = queue.list(filter, cursor, Query.MAX_LIMIT);
      count += page.size();
      if (page.size() < Query.MAX_LIMIT) {
        return count;
      }
      cursor = page.getLast().cursor();
    }
    return count;
  }

  private int act(Context ctx, Action action, Body body, QueueFilter filter, String target)
      throws MapUnavailableException {
    Caller caller = Access.caller(ctx);
    String reason = body.textOr("reason", "");
    if (action != Action.REDIRECT && body.has("to")) {
      throw Problem.bad("field \"to\" goes with redirect only");
    }
    int affected =
        switch (action) {
          case RETRY -> queue.retry(filter, caller.name());
          case PARK -> queue.park(filter, caller.name(), reason);
          case DISCARD -> queue.discard(filter, caller.name(), reason);
          case REDIRECT -> redirect(filter, body.text("to"), caller);
        };
    audit.append(caller, "queue." + action.word(), target, reason, filter, after(affected, body));
    return affected;
  }

  private static Map<String, Object> after(int affected, Body body) {
    @Nullable String to = body.textOrNull("to");
    return to == null ? Map.of("affected", affected) : Map.of("affected", affected, "to", to);
  }

  private int redirect(QueueFilter filter, String to, Caller caller)
      throws MapUnavailableException {
    return switch (routing.locate(to)) {
      case Location.Mailbox there ->
          queue.redirect(
              filter,
              // The sender never wrote to this address, and is not told what becomes of it there.
              new Recipient(there.deliverTo(), there.mailbox(), to, Map.of("NOTIFY", "NEVER")),
              there.user().pair(),
              caller.name());
      case Location.UnknownUser _ -> throw Problem.bad("there is no user " + to);
      case Location.ForeignDomain foreign ->
          throw Problem.bad("we don't serve the domain " + foreign.domain());
    };
  }
}
