package org.holdfast.gateway.accept;

import java.time.Duration;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;
import org.reactivestreams.Publisher;

/** Metrics that James's handlers insist on and nobody reads; the gateway keeps its own. */
@SuppressWarnings("deprecation") // its deprecated methods are abstract
final class NoMetrics implements MetricFactory {

  private static final TimeMetric TIMER = new NoTimer();
  private static final Metric METRIC = new NoCount();

  @Override
  public Metric generate(String name) {
    return METRIC;
  }

  @Override
  public TimeMetric timer(String name) {
    return TIMER;
  }

  @Override
  public <T> Publisher<T> decoratePublisherWithTimerMetric(String name, Publisher<T> publisher) {
    return publisher;
  }

  @Override
  public <T> Publisher<T> decoratePublisherWithTimerMetricLogP99(
      String name, Publisher<T> publisher) {
    return publisher;
  }

  @SuppressWarnings("deprecation") // as above
  private static final class NoTimer implements TimeMetric, TimeMetric.ExecutionResult {

    @Override
    public String name() {
      return "none";
    }

    @Override
    public TimeMetric.ExecutionResult stopAndPublish() {
      return this;
    }

    @Override
    public Duration elasped() {
      return Duration.ZERO;
    }

    @Override
    public TimeMetric.ExecutionResult logWhenExceedP99(Duration threshold) {
      return this;
    }
  }

  private static final class NoCount implements Metric {

    @Override
    public void increment() {}

    @Override
    public void decrement() {}

    @Override
    public void add(int value) {}

    @Override
    public void remove(int value) {}

    @Override
    public long getCount() {
      return 0;
    }
  }
}
