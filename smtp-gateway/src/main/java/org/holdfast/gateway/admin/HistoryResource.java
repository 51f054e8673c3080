package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.admin.History.Sample;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/history?hours=}: how it went, in columns for plots; at most {@link #MOST_POINTS}
 * points however long ago, and one more for each restart.
 */
final class HistoryResource {

  /** More than a screen has room for. */
  static final int MOST_POINTS = 720;

  static final long MOST_HOURS = History.COARSE_KEPT.toHours();

  private final History history;
  private final InstantSource clock;

  HistoryResource(History history, InstantSource clock) {
    this.history = history;
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/history", this::show, Role.VIEWER);
  }

  /**
   * Columns of one length. Where the gateway was away a point of nothing but nulls stands between
   * those before and after; the rates of the first one after it are null, because the counters
   * began anew.
   *
   * @param at seconds since 1970
   * @param accepted deliveries a second since the point before, like {@code delivered}
   * @param bytes of content held
   * @param used octets that the queue's files take
   */
  private record Columns(
      List<Long> at,
      List<@Nullable Double> accepted,
      List<@Nullable Double> delivered,
      List<@Nullable Long> held,
      List<@Nullable Long> ready,
      List<@Nullable Long> deferred,
      List<@Nullable Long> parked,
      List<@Nullable Long> bytes,
      List<@Nullable Long> used) {

    Columns() {
      this(
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }

    void add(Sample before, Sample sample) {
      if (before.leadsTo(sample)) {
        double seconds = Math.max(History.seconds(before, sample), 0.001);
        accepted.add(History.rounded((sample.accepted() - before.accepted()) / seconds));
        delivered.add(History.rounded((sample.delivered() - before.delivered()) / seconds));
      } else {
        gap(before, sample);
        accepted.add(null);
        delivered.add(null);
      }
      at.add(sample.at().getEpochSecond());
      held.add(sample.held());
      ready.add(sample.ready());
      deferred.add(sample.deferred());
      parked.add(sample.parked());
      bytes.add(sample.bytes());
      used.add(sample.used());
    }

    private void gap(Sample before, Sample after) {
      at.add((before.at().getEpochSecond() + after.at().getEpochSecond()) / 2);
      accepted.add(null);
      delivered.add(null);
      for (List<@Nullable Long> column : List.of(held, ready, deferred, parked, bytes, used)) {
        column.add(null);
      }
    }
  }

  private void show(Context ctx) {
    long hours = new Query(ctx, "hours").number("hours", 1);
    if (hours < 1 || hours > MOST_HOURS) {
      throw Problem.bad("hours must be 1 to " + MOST_HOURS);
    }
    Instant from = clock.instant().minus(Duration.ofHours(hours));
    Json.answer(ctx, columns(history.since(from)));
  }

  private static Columns columns(List<Sample> samples) {
    Columns columns = new Columns();
    int step = Math.ceilDiv(Math.max(1, samples.size()), MOST_POINTS);
    for (int i = step; i < samples.size(); i += step) {
      columns.add(samples.get(i - step), samples.get(i));
    }
    return columns;
  }
}
