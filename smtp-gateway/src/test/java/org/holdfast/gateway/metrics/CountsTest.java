package org.holdfast.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountsTest {

  private final MetricRegistry registry = new MetricRegistry();

  @ParameterizedTest
  @ValueSource(strings = {"imap5-6", "", "a\"b", "a\\", "\\\"", "x=\"y\",z=\"", "{a}", "ü\n"})
  void series_anyValue_isReadBackAsItWasWritten(String value) {
    Series series = Series.of(List.of("holdfast_deliveries", "pair", value, "member", "m"));
    assertThat(Series.read(series.toString())).contains(series);
  }

  @ParameterizedTest
  @ValueSource(strings = {"holdfast.mass.refusals", "jvm{", "UPPER{a=\"b\"}"})
  void series_anotherMetric_isNotRead(String name) {
    assertThat(Series.read(name)).isEmpty();
  }

  @Test
  void counters_ofOneName_areOneMetricWithItsLabels() {
    Counts counts = new Counts(registry);
    counts.of("holdfast_messages", "door", "smtp").inc(3);
    counts.of("holdfast_messages", "door", "smtp").inc();
    counts.of("holdfast_messages", "door", "lmtp").inc();
    registry.counter("holdfast.mass.refusals").inc();
    MetricSnapshots shown =
        new LabelledCounters(registry, Map.of("holdfast_messages", "what it is")).collect();
    assertThat(shown.size()).isEqualTo(1);
    CounterSnapshot messages = (CounterSnapshot) shown.get(0);
    assertThat(messages.getMetadata().getHelp()).isEqualTo("what it is");
    assertThat(messages.getDataPoints())
        .anyMatch(p -> p.getLabels().equals(Labels.of("door", "smtp")) && p.getValue() == 4)
        .anyMatch(p -> p.getLabels().equals(Labels.of("door", "lmtp")) && p.getValue() == 1)
        .hasSize(2);
    assertThat(LabelledCounters.shows("holdfast.mass.refusals")).isFalse();
  }

  @Test
  void counters_beyondTheBound_areCountedTogether() {
    Counts counts = new Counts(registry, 2);
    for (int i = 0; i < 10; i++) {
      counts.of("holdfast_messages", "door", "d" + i).inc();
    }
    assertThat(registry.getCounters()).hasSize(3);
    assertThat(counts.of("holdfast_messages", "door", Counts.OTHER).getCount()).isEqualTo(8);
    assertThat(counts.of("holdfast_messages", "door", "d1").getCount()).isEqualTo(1);
  }

  @Test
  void timings_areBucketsThatAddUp_andBoundedInNumber() {
    PrometheusRegistry shown = new PrometheusRegistry();
    Timings timings = Timings.in(shown, 2, "holdfast_x_seconds", "x", "pair");
    timings.took(TimeUnit.MICROSECONDS.toNanos(900), "a");
    timings.took(TimeUnit.MILLISECONDS.toNanos(200), "a");
    timings.took(TimeUnit.MINUTES.toNanos(20), "a");
    timings.took(1, "b");
    timings.took(1, "c");
    timings.took(1, "d");
    Map<String, Double> numbers = Numbers.of(shown.scrape());
    assertThat(numbers)
        .containsEntry("holdfast_x_seconds_bucket{le=\"0.001\",pair=\"a\"}", 1.0)
        .containsEntry("holdfast_x_seconds_bucket{le=\"0.25\",pair=\"a\"}", 2.0)
        .containsEntry("holdfast_x_seconds_bucket{le=\"300.0\",pair=\"a\"}", 2.0)
        .containsEntry("holdfast_x_seconds_bucket{le=\"+Inf\",pair=\"a\"}", 3.0)
        .containsEntry("holdfast_x_seconds_count{pair=\"b\"}", 1.0)
        .containsEntry("holdfast_x_seconds_count{pair=\"other\"}", 2.0)
        .doesNotContainKey("holdfast_x_seconds_count{pair=\"c\"}");
  }
}
