package org.holdfast.gateway.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;

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
        ages(summary),
        gauge("holdfast_held_messages", "Accepted messages held", (double) summary.messages()),
        gauge(
            "holdfast_store_used_bytes",
            "What the queue's files take",
            (double) summary.storeBytes()),
        gauge(
            "holdfast_store_free_bytes", "What the file system has left", (double) summary.free()),
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

  private GaugeSnapshot ages(QueueSummary summary) {
    List<GaugeDataPointSnapshot> points = new ArrayList<>();
    for (Totals totals : summary.nextHops()) {
      Instant oldest = totals.oldest();
      double seconds =
          oldest == null ? 0 : Duration.between(oldest, clock.instant()).toMillis() / 1000.0;
      points.add(point(pair(totals), seconds));
    }
    var gauge =
        GaugeSnapshot.builder()
            .name("holdfast_held_oldest_seconds")
            .help("Age of the oldest delivery held");
    points.forEach(gauge::dataPoint);
    return gauge.build();
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
