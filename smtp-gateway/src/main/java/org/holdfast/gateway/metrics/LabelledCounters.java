package org.holdfast.gateway.metrics;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;

/** The counters of {@link Counts}, one metric for each name. Thread-safe. */
public final class LabelledCounters implements MultiCollector {

  private final MetricRegistry registry;
  private final Map<String, String> help;

  /**
   * Shows what is counted there.
   *
   * @param help what each name counts; a name that is not listed has none
   */
  public LabelledCounters(MetricRegistry registry, Map<String, String> help) {
    this.registry = registry;
    this.help = Map.copyOf(help);
  }

  /** Is this metric of the registry shown here, and not under its own name? */
  public static boolean shows(String name) {
    return name.endsWith("}");
  }

  @Override
  public MetricSnapshots collect() {
    Map<String, CounterSnapshot.Builder> named = new TreeMap<>();
    registry
        .getCounters((name, metric) -> shows(name))
        .forEach((name, counter) ->
            Series.read(name).ifPresent(series -> add(named, series, counter.getCount())));
    return new MetricSnapshots(named.values().stream().map(LabelledCounters::built).toList());
  }

  private static MetricSnapshot built(CounterSnapshot.Builder counters) {
    return counters.build();
  }

  private void add(Map<String, CounterSnapshot.Builder> named, Series series, long count) {
    named
        .computeIfAbsent(
            series.name(),
            name -> CounterSnapshot.builder().name(name).help(help.getOrDefault(name, "")))
        .dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(series.labels())
                .value((double) count)
                .build());
  }
}
