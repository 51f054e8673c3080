package org.holdfast.gateway.metrics;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long something took, in buckets that are the same everywhere and always, so that those of
 * several members, pairs and gateways add up ({@code histogram_quantile} over a sum of rates). A
 * Dropwizard timer keeps quantiles of one place, and quantiles do not add up. Thread-safe.
 */
public final class Timings {

  /** Upper bounds of the buckets in seconds; one more has no bound. */
  static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
  };

  /** Combinations of labels of one of these; what comes beyond is {@link Counts#OTHER}. */
  static final int MAX_SERIES = 2_000;

  private static final double NANOS = 1e9;

  private final Histogram histogram;
  private final int labels;
  private final int most;
  private final Set<List<String>> seen = ConcurrentHashMap.newKeySet();

  private Timings(Histogram histogram, int labels, int most) {
    this.histogram = histogram;
    this.labels = labels;
    this.most = most;
  }

  /** A new one of this name, which ends in {@code _seconds}. */
  public static Timings in(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return in(registry, MAX_SERIES, name, help, labels);
  }

  static Timings in(
      PrometheusRegistry registry, int most, String name, String help, String... labels) {
    Histogram histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .labelNames(labels)
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .register(registry);
    return new Timings(histogram, labels.length, most);
  }

  /** It took so many nanoseconds. */
  public void took(long nanos, String... values) {
    histogram.labelValues(bounded(values)).observe(nanos / NANOS);
  }

  private String[] bounded(String... values) {
    List<String> key = List.of(values);
    if (seen.contains(key) || (seen.size() < most && seen.add(key))) {
      return values;
    }
    String[] other = new String[labels];
    Arrays.fill(other, Counts.OTHER);
    return other;
  }
}
