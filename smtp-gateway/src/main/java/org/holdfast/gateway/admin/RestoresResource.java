package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.NotYetKnownException;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RestoreRequest;
import org.holdfast.routing.Restores;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/** {@code /v1/restores}: whose mailbox is to be restored next. */
final class RestoresResource {

  private final Routing routing;
  private final HeldMail held;
  private final AttemptCounts attempts;

  RestoresResource(Routing routing, HeldMail held, AttemptCounts attempts) {
    this.routing = routing;
    this.held = held;
    this.attempts = attempts;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/restores", this::list, Role.VIEWER);
  }

  /**
   * One who waits.
   *
   * @param to the pair it is being moved to, when somebody said so
   * @param since of the first login attempt; null: there was none
   * @param position in the order of its pair, from 1; null: it has not asked
   * @param attempts since this gateway started; null: none, or forgotten
   * @param held deliveries held for it; null for a catch-all, and while the queue is finding out
   */
  record Item(
      String address,
      String pair,
      String state,
      @Nullable String to,
      @Nullable Instant since,
      @Nullable Long position,
      @Nullable Long attempts,
      @Nullable Long held,
      @Nullable Instant oldest,
      int priority) {}

  /**
   * A page.
   *
   * @param total how many have asked
   */
  record Answer(List<Item> items, @Nullable String next, long total) {}

  private void list(Context ctx) throws MapUnavailableException {
    Query query = new Query(ctx, "pair", "all", "after", "limit");
    String pair = query.text("pair");
    if (pair != null && routing.pair(pair).isEmpty()) {
      throw Problem.bad("there is no pair " + pair); // else a script's slip looks like "all done"
    }
    boolean all = query.flag("all");
    int limit = query.limit();
    String after = query.after();
    boolean byAddress = all && after != null && after.contains("@");
    List<User> users = new ArrayList<>();
    if (!byAddress) {
      String number = query.afterNumber();
      long from = number == null ? 0 : Long.parseLong(number);
      users.addAll(routing.restores().asked(pair, from, limit + 1));
    }
    if (all && users.size() <= limit) {
      String address = byAddress ? query.afterAddress() : null;
      users.addAll(routing.restores().notAsked(pair, address, limit + 1 - users.size()));
    }
    Page<User> page = Page.of(users, limit, user -> user, RestoresResource::cursor);
    Json.answer(ctx, new Answer(items(page.items()), page.next(), total(pair)));
  }

  private static String cursor(User user) {
    RestoreRequest request = user.request();
    return request == null ? user.address() : String.valueOf(request.number());
  }

  private long total(@Nullable String pair) throws MapUnavailableException {
    Map<String, Long> waiting = routing.restores().waiting();
    return pair == null
        ? waiting.values().stream().mapToLong(Long::longValue).sum()
        : waiting.getOrDefault(pair, 0L);
  }

  private List<Item> items(List<User> users) throws MapUnavailableException {
    List<Item> items = new ArrayList<>(users.size());
    for (User user : users) {
      items.add(item(user));
    }
    return items;
  }

  private Item item(User user) throws MapUnavailableException {
    RestoreRequest request = user.request();
    Restores.Place place = routing.restores().place(user);
    HeldMail.Count count = heldFor(user);
    return new Item(
        user.address(),
        user.pair(),
        user.state().word(),
        user.movingTo(),
        request == null ? null : request.since(),
        place == null ? null : place.before() + 1,
        request == null ? null : attempts.of(request),
        count == null ? null : count.deliveries(),
        count == null ? null : count.oldest(),
        user.priority());
  }

  private HeldMail.@Nullable Count heldFor(User user) throws MapUnavailableException {
    try {
      return user.address().startsWith("@") ? null : held.ofUser(user);
    } catch (NotYetKnownException _) {
      return null;
    }
  }
}
