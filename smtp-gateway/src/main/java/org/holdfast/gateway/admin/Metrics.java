package org.holdfast.gateway.admin;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.routing.Routing;

/**
 * The page of {@code GET /metrics}: everything that the rooms count into the {@link MetricRegistry}
 * (a name {@code holdfast.smtp.accepted} is shown as {@code holdfast_smtp_accepted}), and what the
 * queue holds. {@code docs/metrics.md} lists them. Thread-safe.
 */
public final class Metrics {

  private final PrometheusRegistry registry = new PrometheusRegistry();

  /** Shows what is counted here, this queue, and this map. */
  public Metrics(
      MetricRegistry counted,
      HoldQueue queue,
      Routing routing,
      ForgottenHolds forgotten,
      InstantSource clock) {
    DropwizardExports.builder()
        .dropwizardRegistry(counted)
        .metricFilter((name, metric) -> !LimitCollector.shows(name))
        .register(registry);
    registry.register(new LimitCollector(counted));
    registry.register(new QueueCollector(queue, clock));
    registry.register(new MapCollector(routing, forgotten, clock));
  }

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
}
