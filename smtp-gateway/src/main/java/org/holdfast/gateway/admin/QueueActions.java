package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueAction;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.UserState;

/** {@code /v1/queue}, the actions: on a message, on one delivery, on all that a filter finds. */
final class QueueActions {

  /** Deliveries that a dry run shows. */
  static final int SHOWN = 5;

  private static final String[] FILTER = {"id", "recipient", "pair", "state", "sender", "before"};

  private final HoldQueue queue;
  private final Routing routing;
  private final ActionRuns runs;
  private final IdempotencyKeys keys;

  QueueActions(HoldQueue queue, Routing routing, ActionRuns runs, IdempotencyKeys keys) {
    this.keys = keys;
    this.queue = queue;
    this.routing = routing;
    this.runs = runs;
  }

  void routes(RoutesConfig routes) {
    for (Verb verb : Verb.values()) {
      routes.post(
          "/v1/queue/messages/{id}/" + verb.word(),
          keys.once(ctx -> onMessage(ctx, verb)),
          Role.OPERATOR);
      routes.post(
          "/v1/queue/actions/" + verb.word(), keys.once(ctx -> onFilter(ctx, verb)), Role.OPERATOR);
    }
    routes.post("/v1/queue/actions", keys.once(this::onFilter), Role.OPERATOR);
    routes.get("/v1/queue/actions", this::list, Role.VIEWER);
  }

  private enum Verb {
    RETRY,
    PARK,
    REDIRECT,
    DISCARD;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Verb of(String word) {
      for (Verb verb : values()) {
        if (verb.word().equals(word)) {
          return verb;
        }
      }
      throw Problem.bad("action must be one of retry, park, redirect, discard");
    }
  }

  private void list(Context ctx) {
    Query _ = new Query(ctx);
    Json.answer(ctx, new Page<>(runs.list(), null));
  }

  private void onMessage(Context ctx, Verb verb) throws IOException, MapUnavailableException {
    Query _ = new Query(ctx);
    Body body = Body.optional(ctx, "recipient", "reason", "to", "dryRun");
    String id = ctx.pathParam("id");
    QueueFilter filter = QueueFilter.message(id);
    String recipient = body.textOrNull("recipient");
    if (recipient != null) {
      filter = QueueFilter.delivery(id, recipient);
    }
    if (queue.count(filter) == 0) {
      throw Problem.unknown("delivery of", id + (recipient == null ? "" : " to " + recipient));
    }
    QueueAction action = action(verb, body, Access.caller(ctx));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer(ctx, answer, verb, body, new Asked(action, filter, id));
  }

  private void onFilter(Context ctx) throws IOException, MapUnavailableException {
    Query _ = new Query(ctx);
    Body body = Body.of(ctx, known("action"));
    onFilter(ctx, Verb.of(body.text("action")), body);
  }

  private void onFilter(Context ctx, Verb verb) throws IOException, MapUnavailableException {
    Query _ = new Query(ctx);
    onFilter(ctx, verb, Body.of(ctx, known()));
  }

  /** A filter may be an object of its own, or stand beside the rest. */
  private static String[] known(String... more) {
    return Stream.of(more, new String[] {"filter", "all", "dryRun", "reason", "to"}, FILTER)
        .flatMap(Arrays::stream)
        .toArray(String[]::new);
  }

  private static QueueFilter given(Body body) {
    boolean beside = Arrays.stream(FILTER).anyMatch(body::has);
    if (beside && body.has("filter")) {
      throw Problem.bad("give the filter's fields in \"filter\" or beside it, not both");
    }
    return filter(beside ? body : body.object("filter", FILTER));
  }

  private void onFilter(Context ctx, Verb verb, Body body) throws MapUnavailableException {
    QueueFilter filter = given(body);
    // Judged by what it finds, not by what was written: a filter of nulls is everything too.
    if (filter.isAny() != body.flag("all")) {
      throw Problem.bad("give a filter, or \"all\": true for everything, and not both");
    }
    mustBeKnown(filter);
    QueueAction action = action(verb, body, Access.caller(ctx));
    Asked asked = new Asked(action, filter, FilterWords.of(filter));
    answer(ctx, new LinkedHashMap<>(), verb, body, asked);
  }

  /** A pair that was removed may have left mail behind; any other that is unknown is a slip. */
  private void mustBeKnown(QueueFilter filter) throws MapUnavailableException {
    String pair = filter.nextHop();
    if (pair != null
        && routing.pair(pair).isEmpty()
        && queue.summary().nextHops().stream().noneMatch(hop -> hop.nextHop().equals(pair))) {
      throw Problem.bad("there is no pair " + pair);
    }
  }

  /** What somebody wants done, to which deliveries, and how these are called in the events. */
  private record Asked(QueueAction action, QueueFilter filter, String target) {}

  private void answer(Context ctx, Map<String, Object> answer, Verb verb, Body body, Asked asked) {
    boolean dryRun = body.flag("dryRun");
    answer.put("action", verb.word());
    if (dryRun) {
      QueueFilter concerned = asked.action.concerned(asked.filter);
      answer.put("affected", runs.counted(concerned));
      answer.put("dryRun", true);
      answer.put("first", first(concerned));
    } else {
      String to = asked.action instanceof QueueAction.Redirect r ? r.to().address() : null;
      ActionRuns.Order order =
          new ActionRuns.Order(
              verb.word(), asked.target, asked.filter, body.textOr("reason", ""), to);
      answer.put("affected", runs.run(Access.caller(ctx), asked.action, order));
      answer.put("dryRun", false);
    }
    Json.answer(ctx, answer);
  }

  private List<DeliveryView> first(QueueFilter filter) {
    return queue.list(filter, null, SHOWN).stream().map(DeliveryView::of).toList();
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

  private QueueAction action(Verb verb, Body body, Caller caller) throws MapUnavailableException {
    if (verb != Verb.REDIRECT && body.has("to")) {
      throw Problem.bad("field \"to\" goes with redirect only");
    }
    String who = caller.name();
    return switch (verb) {
      case RETRY -> new QueueAction.Retry(who);
      case PARK -> new QueueAction.Park(who, body.textOr("reason", ""));
      case DISCARD -> new QueueAction.Discard(who, body.text("reason"));
      case REDIRECT -> redirect(body.text("to"), who);
    };
  }

  /** To where the map says that this address is delivered; on hold there, it waits there. */
  private QueueAction redirect(String to, String who) throws MapUnavailableException {
    return switch (routing.locate(to)) {
      case Location.Mailbox there when there.user().state() == UserState.CLOSED ->
          throw Problem.conflict(to + " is closed: its mail would wait for ever");
      case Location.Mailbox there ->
          new QueueAction.Redirect(
              who,
              // The sender never wrote to this address, and is not told what becomes of it there.
              new Recipient(there.deliverTo(), there.mailbox(), to, Map.of("NOTIFY", "NEVER")),
              there.user().pair());
      case Location.UnknownUser _ -> throw Problem.bad("there is no user " + to);
      case Location.ForeignDomain foreign ->
          throw Problem.bad("we don't serve the domain " + foreign.domain());
    };
  }
}
