package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.holdfast.gateway.admin.Attention.Item;
import org.holdfast.gateway.admin.HoldsResource.HoldView;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/overview}: all that an operator wants to know in the first ten seconds, in one
 * answer that many screens may ask for again and again. Its cost does not grow with the users or
 * with what is held: totals are shared ({@link LatestTotals}), lists are cut. When the map cannot
 * be read it still answers, without what only the map knows.
 */
final class OverviewResource {

  /** Domain and pair holds listed; there may be more in {@code GET /v1/holds}. */
  static final int MOST_HOLDS = 20;

  /** Users listed who are set aside, the longest first. */
  static final int MOST_USERS = 5;

  private final AdminPorts ports;
  private final Attention attention;
  private final String node;
  private final Instant started;

  OverviewResource(AdminPorts ports, Attention attention, String node) {
    this.ports = ports;
    this.attention = attention;
    this.node = node;
    this.started = ports.clock().instant();
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/overview", this::show, Role.VIEWER);
  }

  /**
   * The answer.
   *
   * @param reasons why it is not ready; empty when it is
   * @param held deliveries, in any state; {@code messages} counts those of many recipients once
   * @param users by state
   * @param holds what is on hold that is wider than a user, at most {@link #MOST_HOLDS}
   * @param setAside users who are moving or recovering, the longest first; at most {@link
   *     #MOST_USERS}
   * @param attention how many things need a person, by urgency
   */
  private record View(
      Instant at,
      String node,
      Instant started,
      List<String> reasons,
      long held,
      long messages,
      Map<String, Long> byState,
      long bytes,
      @Nullable Instant oldest,
      History.Disk disk,
      @Nullable String trouble,
      History.Flow flow,
      Map<String, Long> users,
      List<PairGlance> pairs,
      List<HoldView> holds,
      List<HoldView> setAside,
      Map<String, Long> attention) {}

  /**
   * A pair, and how its mail moves.
   *
   * @param pair as {@code GET /v1/pairs} shows it; null for mail whose pair the map does not know
   * @param users who live there, by state
   * @param breaker {@code closed}, {@code open} (nothing is tried before {@code nextProbe}) or
   *     {@code probing}
   * @param limit deliveries that may be open at once right now; 0: nothing was tried yet
   * @param lastReply what it said last
   */
  private record PairGlance(
      String name,
      @Nullable PairView pair,
      long held,
      Map<String, Long> byState,
      @Nullable Instant oldest,
      Map<String, Long> users,
      String breaker,
      @Nullable Instant nextProbe,
      int limit,
      String lastReply) {}

  private void show(Context ctx) {
    Query _ = new Query(ctx);
    QueueSummary held = ports.history().totals();
    Map<String, Totals> byPair = new HashMap<>();
    held.nextHops().forEach(totals -> byPair.put(totals.nextHop(), totals));
    Map<String, Map<UserState, Long>> users = users();
    List<Item> items = attention.items();
    Json.answer(
        ctx,
        new View(
            ports.clock().instant(),
            node,
            started,
            ports.readiness().reasons(),
            held.nextHops().stream().mapToLong(HeldMail::deliveries).sum(),
            held.messages(),
            QueueResource.byState(held),
            held.bytes(),
            held.oldest(),
            ports.history().disk(),
            held.trouble(),
            ports.history().flow(),
            words(sum(users)),
            pairs(byPair, users),
            holds(),
            setAside(),
            Attention.counts(items)));
  }

  private Map<String, Map<UserState, Long>> users() {
    Map<String, Map<UserState, Long>> users = new HashMap<>();
    for (Routing.UserCount count : ifReadable(() -> ports.routing().userCounts())) {
      users
          .computeIfAbsent(count.pair(), _ -> new EnumMap<>(UserState.class))
          .merge(count.state(), count.users(), Long::sum);
    }
    return users;
  }

  private static Map<UserState, Long> sum(Map<String, Map<UserState, Long>> users) {
    Map<UserState, Long> sum = new EnumMap<>(UserState.class);
    users.values().forEach(pair -> pair.forEach((state, n) -> sum.merge(state, n, Long::sum)));
    return sum;
  }

  /** Every state has its line, zero too. */
  private static Map<String, Long> words(@Nullable Map<UserState, Long> users) {
    Map<String, Long> words = new LinkedHashMap<>();
    for (UserState state : UserState.values()) {
      words.put(state.word(), users == null ? 0 : users.getOrDefault(state, 0L));
    }
    return words;
  }

  private List<PairGlance> pairs(
      Map<String, Totals> held, Map<String, Map<UserState, Long>> users) {
    Map<String, Pair> known = new HashMap<>();
    ifReadable(() -> ports.routing().pairs()).forEach(pair -> known.put(pair.name(), pair));
    Map<String, NextHop> moving = new HashMap<>();
    DispatchStatus status = ports.queue().dispatch();
    status.nextHops().forEach(hop -> moving.put(hop.name(), hop));
    TreeSet<String> names = new TreeSet<>(known.keySet());
    names.addAll(held.keySet());
    List<PairGlance> pairs = new ArrayList<>();
    for (String name : names) {
      pairs.add(
          glance(name, known.get(name), held.get(name), words(users.get(name)), moving.get(name)));
    }
    return pairs;
  }

  private PairGlance glance(
      String name,
      @Nullable Pair pair,
      @Nullable Totals totals,
      Map<String, Long> users,
      @Nullable NextHop hop) {
    double rate = hop == null ? 0 : hop.rate();
    String breaker = hop == null ? "closed" : Attention.word(hop.breaker());
    return new PairGlance(
        name,
        pair == null ? null : PairView.of(pair, totals, ports.pairStatus(), rate, breaker),
        totals == null ? 0 : HeldMail.deliveries(totals),
        PairView.byState(totals),
        totals == null ? null : totals.oldest(),
        users,
        breaker,
        hop == null ? null : hop.nextProbe(),
        hop == null ? 0 : hop.limit(),
        hop == null ? "" : hop.lastReply());
  }

  private List<HoldView> holds() {
    return ifReadable(() -> ForgottenHolds.wide(ports.routing())).stream()
        .limit(MOST_HOLDS)
        .map(HoldView::of)
        .toList();
  }

  private List<HoldView> setAside() {
    Instant now = ports.clock().instant();
    return ifReadable(() -> ports.routing().setAside(Instant.EPOCH, now, "", MOST_USERS)).stream()
        .map(HoldView::of)
        .toList();
  }

  /** A question to the map. */
  @FunctionalInterface
  interface Question<T> {
    List<T> ask() throws MapUnavailableException;
  }

  /** Nothing while the map cannot be read; {@code reasons} and {@link Attention} say so. */
  static <T> List<T> ifReadable(Question<T> question) {
    try {
      return question.ask();
    } catch (MapUnavailableException e) {
      return List.of();
    }
  }
}
