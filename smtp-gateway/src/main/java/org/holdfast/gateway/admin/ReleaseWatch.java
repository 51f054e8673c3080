package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/releases}: what is being released, per pair and user. What is left comes from the
 * queue's totals, what is done and how fast from the dispatcher, which counts from the first
 * delivery whether anybody asks or not. Thread-safe, remembers nothing.
 *
 * <p>What is left is asked first. A delivery that is counted in between stands in both, so nothing
 * left means that all of it is done.
 */
final class ReleaseWatch {

  /** How long the dispatcher is given to say how it stands now; else it is half a second old. */
  static final Duration PATIENCE = Duration.ofMillis(500);

  private final HoldQueue queue;

  ReleaseWatch(HoldQueue queue) {
    this.queue = queue;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/releases", this::list, Role.VIEWER);
  }

  /**
   * A pair that has mail on its way, or had a minute ago.
   *
   * @param state {@code releasing}; {@code silent}: nothing was delivered lately and the oldest
   *     attempt is open for longer than {@link PairStatus#SILENT}; {@code down}: nothing is tried
   *     before {@code nextProbe}; {@code probing}: one attempt finds out whether it is back; {@code
   *     stalled}: nothing is tried because the gateway cannot write what becomes of it; {@code
   *     ended}
   * @param done deliveries of this release
   * @param left deliveries ready or waiting for a retry
   * @param rate deliveries a second, lately
   * @param began when the first was made; null: none yet
   * @param expectedEnd at this rate; null while nothing moves and at the end
   * @param ended when the last was made, if nothing is left
   * @param unanswered since when the oldest attempt is open; null: none is
   * @param lastReply what the pair said last
   * @param users those in the course of delivery or next to it; at most {@link NextHop#LANES}
   * @param more whether mail for further users waits
   */
  private record ReleaseView(
      String pair,
      String state,
      long done,
      long left,
      double rate,
      @Nullable Instant began,
      @Nullable Instant expectedEnd,
      @Nullable Instant ended,
      int inFlight,
      @Nullable Instant unanswered,
      String lastReply,
      @Nullable Instant nextProbe,
      List<UserRelease> users,
      boolean more) {}

  /**
   * One of its users.
   *
   * @param done since its mail began to move
   * @param oldest null when nothing is left
   */
  private record UserRelease(
      String user, long done, long left, boolean inFlight, @Nullable Instant oldest) {}

  private void list(Context ctx) {
    Query _ = new Query(ctx);
    Map<String, Long> left = left();
    DispatchStatus status = queue.dispatch(PATIENCE);
    Map<String, NextHop> moving = new HashMap<>();
    status.nextHops().stream()
        .filter(hop -> hop.began() != null)
        .forEach(hop -> moving.put(hop.name(), hop));
    TreeSet<String> pairs = new TreeSet<>(left.keySet());
    pairs.addAll(moving.keySet());
    status.nextHops().stream()
        .filter(hop -> left.containsKey(hop.name()))
        .forEach(hop -> moving.put(hop.name(), hop));
    List<ReleaseView> views = new ArrayList<>();
    for (String pair : pairs) {
      NextHop hop = moving.get(pair);
      long its = left.getOrDefault(pair, 0L);
      views.add(hop == null ? notYet(pair, its) : view(status, hop, its));
    }
    Json.answer(ctx, new Page<>(views, null));
  }

  private Map<String, Long> left() {
    Map<String, Long> left = new HashMap<>();
    for (Totals totals : queue.summary().nextHops()) {
      long ready = totals.deliveries().getOrDefault(DeliveryState.READY, 0L);
      long deferred = totals.deliveries().getOrDefault(DeliveryState.DEFERRED, 0L);
      if (ready + deferred > 0) {
        left.put(totals.nextHop(), ready + deferred);
      }
    }
    return left;
  }

  /** The dispatcher has not met it yet. */
  private static ReleaseView notYet(String pair, long left) {
    return new ReleaseView(
        pair, "releasing", 0, left, 0, null, null, null, 0, null, "", null, List.of(), true);
  }

  private ReleaseView view(DispatchStatus status, NextHop hop, long left) {
    String state = state(status, hop, left);
    boolean moves = state.equals("releasing");
    return new ReleaseView(
        hop.name(),
        state,
        hop.done(),
        left,
        Math.round(hop.rate() * 10) / 10.0,
        hop.began(),
        moves ? hop.expectedEnd(status.at(), left) : null,
        left == 0 ? hop.last() : null,
        hop.inFlight(),
        hop.unanswered(),
        hop.lastReply(),
        hop.nextProbe(),
        users(hop),
        hop.more() || hop.inFlight() + hop.waiting() > hop.lanes().size());
  }

  private static String state(DispatchStatus status, NextHop hop, long left) {
    if (left == 0) {
      return "ended";
    }
    if (status.stalled()) {
      return "stalled";
    }
    return switch (hop.breaker()) {
      case CLOSED -> isSilent(status, hop) ? "silent" : "releasing";
      case OPEN -> "down";
      case PROBING -> "probing";
    };
  }

  /** Nothing moves, and the oldest attempt has been without an answer for too long. */
  static boolean isSilent(DispatchStatus status, NextHop hop) {
    Instant since = hop.unanswered();
    return hop.rate() == 0
        && since != null
        && Duration.between(since, status.at()).compareTo(PairStatus.SILENT) > 0;
  }

  private List<UserRelease> users(NextHop hop) {
    Map<String, LaneSummary> waiting = new HashMap<>();
    queue
        .waiting(hop.lanes().stream().map(DispatchStatus.Lane::lane).toList())
        .forEach(lane -> waiting.put(lane.lane(), lane));
    return hop.lanes().stream().map(lane -> user(lane, waiting.get(lane.lane()))).toList();
  }

  private static UserRelease user(DispatchStatus.Lane lane, @Nullable LaneSummary waiting) {
    return new UserRelease(
        lane.lane(),
        lane.done(),
        waiting == null ? 0 : waiting.deliveries(),
        lane.inFlight(),
        waiting == null ? null : waiting.oldest());
  }

  /** Deliveries a second from the queue, lately, of each pair that has any. */
  Map<String, Double> rates() {
    Map<String, Double> rates = new HashMap<>();
    queue.dispatch().nextHops().forEach(hop -> rates.put(hop.name(), hop.rate()));
    return rates;
  }
}
