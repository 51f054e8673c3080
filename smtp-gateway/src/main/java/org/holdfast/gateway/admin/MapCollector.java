package org.holdfast.gateway.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.SetAside;
import org.holdfast.routing.UserState;

/** How many users there are and how they stand, as gauges. Reads no users. */
final class MapCollector implements MultiCollector {

  private final Routing routing;
  private final ForgottenHolds forgotten;
  private final InstantSource clock;

  MapCollector(Routing routing, ForgottenHolds forgotten, InstantSource clock) {
    this.routing = routing;
    this.forgotten = forgotten;
    this.clock = clock;
  }

  @Override
  public MetricSnapshots collect() {
    var users = gauge("holdfast_users", "Users of the map");
    for (Routing.UserCount count : counts()) {
      users.dataPoint(point(count.pair(), count.state(), (double) count.users()));
    }
    var many =
        gauge(
            "holdfast_users_forgotten",
            "Users moving or recovering for longer than map.forgotten-after");
    var longest =
        gauge(
            "holdfast_users_forgotten_oldest_seconds",
            "How long the longest of them has been moving or recovering");
    for (SetAside count : forgotten.counts()) {
      many.dataPoint(point(count.pair(), count.state(), (double) count.users()));
      double age = Duration.between(count.since(), clock.instant()).toMillis() / 1000.0;
      longest.dataPoint(point(count.pair(), count.state(), age));
    }
    var waiting = gauge("holdfast_restores_waiting", "Users who tried to log in and wait");
    waiting().forEach((pair, requests) -> waiting.dataPoint(point(pair, (double) requests)));
    var usable = gauge("holdfast_map_usable", "0 while the map cannot be read or changed");
    double value = routing.trouble().isEmpty() ? 1 : 0;
    usable.dataPoint(GaugeDataPointSnapshot.builder().value(value).build());
    return new MetricSnapshots(
        users.build(), many.build(), longest.build(), waiting.build(), usable.build());
  }

  private List<Routing.UserCount> counts() {
    try {
      return routing.userCounts();
    } catch (MapUnavailableException e) {
      return List.of(); // holdfast_map_usable says so
    }
  }

  /** Of every pair: a gauge that goes away when nobody waits is no gauge. */
  private Map<String, Long> waiting() {
    Map<String, Long> all = new TreeMap<>();
    try {
      routing.pairs().forEach(pair -> all.put(pair.name(), 0L));
      all.putAll(routing.restores().waiting());
    } catch (MapUnavailableException e) {
      all.clear(); // holdfast_map_usable says so
    }
    return all;
  }

  private static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  private static GaugeDataPointSnapshot point(String pair, double value) {
    return GaugeDataPointSnapshot.builder().labels(Labels.of("pair", pair)).value(value).build();
  }

  private static GaugeDataPointSnapshot point(String pair, UserState state, double value) {
    Labels labels = Labels.of("pair", pair, "state", state.word());
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
