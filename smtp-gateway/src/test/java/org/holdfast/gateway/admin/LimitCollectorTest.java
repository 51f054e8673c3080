package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import org.junit.jupiter.api.Test;

class LimitCollectorTest {

  @Test
  void counters_areOneMetricWithTwoLabels_andOthersStayAside() {
    MetricRegistry counted = new MetricRegistry();
    counted.counter("holdfast.limit.smtp.spool").inc(3);
    counted.counter("holdfast.limit.lmtp.client-connections").inc();
    counted.counter("holdfast.mass.refusals").inc();
    CounterSnapshot shown = (CounterSnapshot) new LimitCollector(counted).collect().get(0);
    assertThat(shown.getMetadata().getPrometheusName()).isEqualTo("holdfast_limit_reached");
    assertThat(shown.getDataPoints()).hasSize(2);
    assertThat(shown.getDataPoints())
        .anyMatch(point ->
            point.getLabels().equals(Labels.of("door", "smtp", "limit", "spool"))
                && point.getValue() == 3);
    assertThat(LimitCollector.shows("holdfast.mass.refusals")).isFalse();
    assertThat(LimitCollector.shows("holdfast.limit.smtp.spool")).isTrue();
  }
}
