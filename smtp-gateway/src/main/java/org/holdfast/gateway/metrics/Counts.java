package org.holdfast.gateway.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counters with labels, kept in a Dropwizard registry: the counter {@code holdfast_messages} with
 * the label {@code door="smtp"} is registered as {@code holdfast_messages{door="smtp"}}. {@link
 * LabelledCounters} shows them to Prometheus. Thread-safe.
 */
public final class Counts {

  /**
   * Combinations of labels in all. Pairs and members come from the map, which an operator fills;
   * whatever comes beyond this number is counted under {@link #OTHER}.
   */
  static final int MAX_SERIES = 20_000;

  /** Stands for every label's value once there are {@link #MAX_SERIES}. */
  static final String OTHER = "other";

  private final MetricRegistry registry;
  private final int most;
  private final Map<List<String>, Counter> counters = new ConcurrentHashMap<>();

  /** Counts into this registry. */
  public Counts(MetricRegistry registry) {
    this(registry, MAX_SERIES);
  }

  Counts(MetricRegistry registry, int most) {
    this.registry = registry;
    this.most = most;
  }

  /** Where they are. */
  public MetricRegistry registry() {
    return registry;
  }

  /**
   * The counter of this name and these labels, made when it is not there.
   *
   * @param name for Prometheus, without {@code _total}
   * @param labels name, value, name, value...
   */
  public Counter of(String name, String... labels) {
    List<String> key = key(name, labels);
    Counter known = counters.get(key);
    if (known != null) {
      return known;
    }
    List<String> bounded = counters.size() < most ? key : others(key);
    return counters.computeIfAbsent(bounded, k -> registry.counter(Series.of(k).toString()));
  }

  private static List<String> key(String name, String... labels) {
    String[] key = new String[labels.length + 1];
    key[0] = name;
    System.arraycopy(labels, 0, key, 1, labels.length);
    return List.of(key);
  }

  private static List<String> others(List<String> key) {
    String[] other = key.toArray(String[]::new);
    for (int i = 2; i < other.length; i += 2) {
      other[i] = OTHER;
    }
    return List.of(other);
  }
}
