package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/releases}: what is being released, per pair and user. It looks at the queue when it is
 * asked, so the figures are as fresh as the question; a rate is over the time since the look
 * before. Thread-safe.
 */
final class ReleaseWatch {

  /** A rate is measured over at least this long. */
  static final Duration LEAST_SPAN = Duration.ofSeconds(1);

  /** Deliveries that are looked at to name users. */
  static final int USERS_SCANNED = 1000;

  private final HoldQueue queue;
  private final PairStatus status;
  private final InstantSource clock;

  /** Guarded by this object. */
  private final Map<String, Run> runs = new HashMap<>();

  /** Guarded by this object; one entry a pair. */
  private final Map<String, Speed> speeds = new HashMap<>();

  ReleaseWatch(HoldQueue queue, PairStatus status, InstantSource clock) {
    this.queue = queue;
    this.status = status;
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/releases", this::list, Role.VIEWER);
  }

  /** Where one pair's release began. */
  private record Run(Instant began, long releasedAtStart) {}

  /** How fast one pair takes mail: the last look, and the rate between the two before. */
  private record Speed(Instant looked, long released, double rate) {}

  /**
   * A pair that has mail on its way.
   *
   * @param done deliveries since this release was first seen
   * @param left deliveries ready or waiting for a retry
   * @param rate deliveries a second, lately
   * @param expectedEnd null while nothing moves
   */
  private record ReleaseView(
      String pair,
      long done,
      long left,
      double rate,
      Instant began,
      @Nullable Instant expectedEnd,
      List<UserRelease> users) {}

  /** A user among the oldest that wait; {@code left} counts those looked at. */
  private record UserRelease(String user, long left, Instant oldest) {}

  private void list(Context ctx) {
    List<ReleaseView> views = new ArrayList<>();
    for (Totals totals : queue.summary().nextHops()) {
      long left = left(totals);
      ReleaseView view = look(totals.nextHop(), left);
      if (view != null) {
        views.add(view);
      }
    }
    Json.answer(ctx, new Page<>(views, null));
  }

  private static long left(Totals totals) {
    return totals.deliveries().getOrDefault(DeliveryState.READY, 0L)
        + totals.deliveries().getOrDefault(DeliveryState.DEFERRED, 0L);
  }

  private @Nullable ReleaseView look(String pair, long left) {
    List<UserRelease> users = left == 0 ? List.of() : users(pair);
    synchronized (this) {
      if (left == 0) {
        runs.remove(pair);
        return null;
      }
      long released = status.released(pair);
      Run run = runs.computeIfAbsent(pair, _ -> new Run(clock.instant(), released));
      double rate = rate(pair);
      long done = released - run.releasedAtStart;
      return new ReleaseView(pair, done, left, rate, run.began, end(left, rate), users);
    }
  }

  private @Nullable Instant end(long left, double rate) {
    return rate > 0 ? clock.instant().plusSeconds((long) Math.ceil(left / rate)) : null;
  }

  /** Deliveries a second to this pair from the queue, between the last two looks. */
  synchronized double rate(String pair) {
    Instant now = clock.instant();
    long released = status.released(pair);
    Speed before = speeds.computeIfAbsent(pair, _ -> new Speed(now, released, 0));
    Duration span = Duration.between(before.looked, now);
    if (span.compareTo(LEAST_SPAN) < 0) {
      return before.rate;
    }
    double rate = (released - before.released) * 1000.0 / span.toMillis();
    speeds.put(pair, new Speed(now, released, rate));
    return rate;
  }

  private List<UserRelease> users(String pair) {
    Map<String, UserRelease> users = new LinkedHashMap<>();
    var filter = new QueueFilter(null, null, pair, DeliveryState.READY, null, null);
    for (QueueItem item : queue.list(filter, null, USERS_SCANNED)) {
      String lane = item.delivery().recipient().lane();
      UserRelease seen = users.get(lane);
      users.put(
          lane,
          seen == null
              ? new UserRelease(lane, 1, item.delivery().envelope().accepted())
              : new UserRelease(lane, seen.left() + 1, seen.oldest()));
    }
    return List.copyOf(users.values());
  }
}
