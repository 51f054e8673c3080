package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.routing.MapUnavailableException;
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
   * @param users of these addresses or beginnings, in the order of their domains
   * @param messages queue ids: at most one
   * @param more whether there may be others
   */
  private record Found(List<String> users, List<String> messages, boolean more) {}

  private void search(Context ctx) throws MapUnavailableException {
    String asked = new Query(ctx, "q").textOr("q", "").strip();
    if (asked.isEmpty() || asked.length() > MOST_CHARACTERS) {
      throw Problem.bad("q must be 1 to " + MOST_CHARACTERS + " characters");
    }
    Set<String> users = new LinkedHashSet<>();
    int at = asked.lastIndexOf('@');
    String local = (at < 0 ? asked : asked.substring(0, at)).toLowerCase(Locale.ROOT);
    String domain = at < 0 ? "" : asked.substring(at + 1).toLowerCase(Locale.ROOT);
    if (at >= 0) {
      routing.user(asked).ifPresent(user -> users.add(user.address()));
    }
    for (String there : domains(domain)) {
      if (users.size() < MOST_USERS) {
        users.addAll(begin(local, there));
      }
    }
    List<String> messages = at < 0 && !queue.message(asked).isEmpty() ? List.of(asked) : List.of();
    List<String> found = users.stream().limit(MOST_USERS).toList();
    Json.answer(ctx, new Found(found, messages, users.size() >= MOST_USERS));
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

  private List<String> begin(String local, String domain) throws MapUnavailableException {
    List<String> found = new ArrayList<>();
    routing.user(local + "@" + domain).ifPresent(user -> found.add(user.address()));
    for (User user : routing.users(null, null, local + "@" + domain, MOST_USERS)) {
      String address = user.address();
      if (!address.endsWith("@" + domain) || !address.startsWith(local)) {
        break;
      }
      found.add(address);
    }
    return found;
  }
}
