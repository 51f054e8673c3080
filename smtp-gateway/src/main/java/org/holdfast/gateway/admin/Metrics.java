package org.holdfast.gateway.admin;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import org.holdfast.gateway.metrics.LabelledCounters;
import org.holdfast.gateway.metrics.MetricsBean;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.routing.Routing;

/**
 * The page of {@code GET /metrics}: everything that the rooms count into the {@link MetricRegistry}
 * and time into the {@link PrometheusRegistry}, what the queue holds, how users and backends stand,
 * and the machine. {@code docs/metrics.md} lists them. Thread-safe.
 */
public final class Metrics {

  private final PrometheusRegistry registry;

  /**
   * Shows what is counted here and timed there, this queue, this map and these backends.
   *
   * @param registry takes the rest, and is what is shown
   * @param help what each labelled counter counts
   */
  public Metrics(
      MetricRegistry counted,
      PrometheusRegistry registry,
      Map<String, String> help,
      Sources sources,
      InstantSource clock) {
    this.registry = registry;
    DropwizardExports.builder()
        .dropwizardRegistry(counted)
        .metricFilter((name, metric) -> !LabelledCounters.shows(name))
        .register(registry);
    registry.register(new LabelledCounters(counted, help));
    registry.register(new QueueCollector(sources.queue(), clock));
    registry.register(new MapCollector(sources.routing(), sources.forgotten(), clock));
    registry.register(new BackendCollector(sources.routing(), sources.queue(), sources.backends()));
    JvmMetrics.builder().register(registry);
  }

  /** Who is asked at each look. */
  public record Sources(
      HoldQueue queue, Routing routing, ForgottenHolds forgotten, PairStatus backends) {}

  /** The page, in Prometheus text format 0.0.4. */
  public String text() {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create()
          .write(page, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return page.toString(StandardCharsets.UTF_8);
  }

  /** The same for JMX, until it is closed. */
  public MetricsBean bean(String node) {
    return MetricsBean.register(registry::scrape, node);
  }
}
