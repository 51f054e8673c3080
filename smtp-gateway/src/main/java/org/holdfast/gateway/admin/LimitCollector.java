package org.holdfast.gateway.admin;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often clients ran into the limits of the front door: counters named {@code
 * holdfast.limit.DOOR.LIMIT} as one metric with two labels, both from short fixed lists.
 */
final class LimitCollector implements MultiCollector {

  private static final Pattern NAME = Pattern.compile("holdfast\\.limit\\.([^.]+)\\.([^.]+)");

  private final MetricRegistry counted;

  LimitCollector(MetricRegistry counted) {
    this.counted = counted;
  }

  /** Is this counter shown here, and not under its own name? */
  static boolean shows(String name) {
    return NAME.matcher(name).matches();
  }

  @Override
  public MetricSnapshots collect() {
    List<CounterDataPointSnapshot> points =
        counted.getCounters((name, metric) -> shows(name)).entrySet().stream()
            .map(counter -> point(counter.getKey(), counter.getValue().getCount()))
            .toList();
    var shown =
        CounterSnapshot.builder()
            .name("holdfast_limit_reached")
            .help("A client ran into a limit of the front door");
    points.forEach(shown::dataPoint);
    return new MetricSnapshots(shown.build());
  }

  private static CounterDataPointSnapshot point(String name, long count) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw new IllegalStateException(name);
    }
    return CounterDataPointSnapshot.builder()
        .labels(Labels.of("door", parts.group(1), "limit", parts.group(2)))
        .value((double) count)
        .build();
  }
}
