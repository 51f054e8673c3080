package org.holdfast.gateway.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.jspecify.annotations.Nullable;

/** What the queue holds, as gauges; many scrapers share the {@link LatestTotals}. */
final class QueueCollector implements MultiCollector {

  private final LatestTotals totals;
  private final InstantSource clock;

  QueueCollector(HoldQueue queue, InstantSource clock) {
    this.totals = new LatestTotals(queue, clock);
    this.clock = clock;
  }

  @Override
  public MetricSnapshots collect() {
    QueueSummary summary = totals.get();
    return new MetricSnapshots(
        deliveries(summary),
        bytes(summary),
        ages("holdfast_held_oldest_seconds", "Age of the oldest held", summary, Totals::oldest),
        ages(
            "holdfast_open_oldest_seconds",
            "Age of the oldest whose user nobody holds: it should be on its way",
            summary,
            Totals::oldestOpen),
        gauge("holdfast_held_messages", "Accepted messages held", (double) summary.messages()),
        gauge(
            "holdfast_store_used_bytes",
            "What the queue's files take",
            (double) summary.storeBytes()),
        gauge(
            "holdfast_store_free_bytes", "What the file system has left", (double) summary.free()),
        gauge(
            "holdfast_store_room_bytes",
            "What would still be taken before new mail is refused",
            (double) summary.room()),
        gauge(
            "holdfast_store_refusing",
            "1 while new mail cannot be stored",
            summary.trouble() == null ? 0 : 1));
  }

  private static GaugeSnapshot deliveries(QueueSummary summary) {
    var gauge = GaugeSnapshot.builder().name("holdfast_held_deliveries").help("Deliveries held");
    for (Totals totals : summary.nextHops()) {
      for (DeliveryState state : DeliveryState.values()) {
        Labels labels = Labels.of("pair", totals.nextHop(), "state", Words.word(state));
        gauge.dataPoint(point(labels, totals.deliveries().getOrDefault(state, 0L)));
      }
    }
    return gauge.build();
  }

  private static GaugeSnapshot bytes(QueueSummary summary) {
    var gauge = GaugeSnapshot.builder().name("holdfast_held_bytes").help("Octets held");
    summary
        .nextHops()
        .forEach(totals -> gauge.dataPoint(point(pair(totals), (double) totals.bytes())));
    return gauge.build();
  }

  private GaugeSnapshot ages(
      String name, String help, QueueSummary summary, Function<Totals, @Nullable Instant> which) {
    var gauge = GaugeSnapshot.builder().name(name).help(help);
    for (Totals totals : summary.nextHops()) {
      Instant oldest = which.apply(totals);
      gauge.dataPoint(point(pair(totals), oldest == null ? 0 : age(oldest)));
    }
    return gauge.build();
  }

  private double age(Instant since) {
    return Duration.between(since, clock.instant()).toMillis() / 1000.0;
  }

  private static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(point(Labels.EMPTY, value))
        .build();
  }

  private static Labels pair(Totals totals) {
    return Labels.of("pair", totals.nextHop());
  }

  private static GaugeDataPointSnapshot point(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
