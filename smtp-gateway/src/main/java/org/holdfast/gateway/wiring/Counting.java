package org.holdfast.gateway.wiring;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.holdfast.gateway.accept.LimitCounts;
import org.holdfast.gateway.admin.Metrics;
import org.holdfast.gateway.metrics.Counts;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.gateway.metrics.LoginCounts;
import org.holdfast.gateway.metrics.Traffic;

/** Where one gateway's rooms count and time, and how that is shown. */
final class Counting {

  private final MetricRegistry registry = new MetricRegistry();
  private final PrometheusRegistry exposed = new PrometheusRegistry();
  private final Counts counts = new Counts(registry);
  private final Traffic traffic = new Traffic(counts, exposed, System::nanoTime);
  private final FlipTimes flipTimes = new FlipTimes(counts, exposed, System::nanoTime);

  MetricRegistry registry() {
    return registry;
  }

  Traffic traffic() {
    return traffic;
  }

  FlipTimes flipTimes() {
    return flipTimes;
  }

  /** Everything, and what these tell at each look. Once. */
  Metrics shown(Metrics.Sources sources, InstantSource clock) {
    Map<String, String> help =
        Stream.of(Traffic.HELP, LimitCounts.HELP, FlipTimes.HELP, LoginCounts.HELP)
            .flatMap(part -> part.entrySet().stream())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return new Metrics(registry, exposed, help, sources, clock);
  }
}
