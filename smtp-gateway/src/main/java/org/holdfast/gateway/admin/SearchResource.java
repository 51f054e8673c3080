package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.InhabitedDomain;
import org.holdfast.routing.User;

/**
 * {@code GET /v1/search?q=}: what somebody at a keyboard may mean: users whose address begins so,
 * and the message of this queue id. The map is ordered by domain, so what has no {@code @} is
 * looked for in the first {@link #MOST_DOMAINS} domains, one short read each.
 */
final class SearchResource {

  /** Domains that are looked into. */
  static final int MOST_DOMAINS = 50;

  /** Users found. */
  static final int MOST_USERS = 50;

  /** Longest question: an address and its quotes. */
  static final int MOST_CHARACTERS = 320;

  private final Routing routing;
  private final HoldQueue queue;

  SearchResource(Routing routing, HoldQueue queue) {
    this.routing = routing;
    this.queue = queue;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/search", this::search, Role.VIEWER);
  }

  /**
   * What was found.
   *
   * @param users of this address or beginning, as lists show them, in the order of their domains
   * @param messages queue ids: at most one
   * @param more whether there may be others
   */
  private record Found(List<UserView> users, List<String> messages, boolean more) {}

  private void search(Context ctx) throws MapUnavailableException {
    String asked = new Query(ctx, "q").textOr("q", "").strip();
    if (asked.isEmpty() || asked.length() > MOST_CHARACTERS) {
      throw Problem.bad("q must be 1 to " + MOST_CHARACTERS + " characters");
    }
    int at = asked.lastIndexOf('@');
    String local = (at < 0 ? asked : asked.substring(0, at)).toLowerCase(Locale.ROOT);
    String domain = at < 0 ? "" : asked.substring(at + 1).toLowerCase(Locale.ROOT);
    Map<String, User> users = new LinkedHashMap<>();
    if (at >= 0) {
      routing.user(asked).ifPresent(user -> users.put(user.address(), user));
    }
    for (String there : domains(domain)) {
      if (users.size() < MOST_USERS) {
        begin(local, there, users);
      }
    }
    List<String> messages = at < 0 && !queue.message(asked).isEmpty() ? List.of(asked) : List.of();
    Json.answer(ctx, new Found(views(users.values()), messages, users.size() >= MOST_USERS));
  }

  private List<UserView> views(Collection<User> users) throws MapUnavailableException {
    List<UserView> views = new ArrayList<>();
    for (User user : users) {
      if (views.size() < MOST_USERS) {
        String member = routing.pair(user.pair()).map(Pair::active).orElse(null);
        views.add(UserView.of(user, member, Effective.of(routing, user), null));
      }
    }
    return views;
  }

  /** Those that begin so. */
  private List<String> domains(String beginning) throws MapUnavailableException {
    List<String> domains = new ArrayList<>();
    for (InhabitedDomain there : routing.inhabitedDomains(null, MOST_DOMAINS)) {
      if (there.domain().startsWith(beginning)) {
        domains.add(there.domain());
      }
    }
    if (!beginning.isEmpty() && domains.isEmpty()) {
      domains.add(beginning); // one of many
    }
    return domains;
  }

  private void begin(String local, String domain, Map<String, User> found)
      throws MapUnavailableException {
    String first = local + "@" + domain;
    routing.user(first).ifPresent(user -> found.put(user.address(), user));
    for (User user : routing.users(null, null, first, MOST_USERS)) {
      if (!user.address().endsWith("@" + domain) || !user.address().startsWith(local)) {
        break;
      }
      found.put(user.address(), user);
    }
  }
}
