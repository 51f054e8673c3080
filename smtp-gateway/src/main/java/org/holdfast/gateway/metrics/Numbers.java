package org.holdfast.gateway.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Map;
import java.util.TreeMap;

/** Every number of a scrape by the name that it has in Prometheus' text format. */
final class Numbers {

  private Numbers() {}

  static Map<String, Double> of(MetricSnapshots metrics) {
    Map<String, Double> numbers = new TreeMap<>();
    for (MetricSnapshot metric : metrics) {
      String name = metric.getMetadata().getPrometheusName();
      for (DataPointSnapshot point : metric.getDataPoints()) {
        put(numbers, name, point);
      }
    }
    return numbers;
  }

  private static void put(Map<String, Double> numbers, String name, DataPointSnapshot point) {
    Labels labels = point.getLabels();
    switch (point) {
      case CounterDataPointSnapshot counter ->
          numbers.put(key(name + "_total", labels), counter.getValue());
      case GaugeDataPointSnapshot gauge -> numbers.put(key(name, labels), gauge.getValue());
      case SummaryDataPointSnapshot summary -> {
        numbers.put(key(name + "_count", labels), (double) summary.getCount());
        numbers.put(key(name + "_sum", labels), summary.getSum());
      }
      case HistogramDataPointSnapshot histogram -> put(numbers, name, histogram);
      default -> {} // infos and sets of states are words, not numbers
    }
  }

  /** Buckets count whatever took at most so long, as Prometheus wants them. */
  private static void put(
      Map<String, Double> numbers, String name, HistogramDataPointSnapshot histogram) {
    Labels labels = histogram.getLabels();
    double upTo = 0;
    for (ClassicHistogramBucket bucket : histogram.getClassicBuckets()) {
      upTo += bucket.getCount();
      String bound =
          Double.isInfinite(bucket.getUpperBound()) ? "+Inf" : "" + bucket.getUpperBound();
      numbers.put(key(name + "_bucket", labels.merge(Labels.of("le", bound))), upTo);
    }
    numbers.put(key(name + "_count", labels), upTo);
    numbers.put(key(name + "_sum", labels), histogram.getSum());
  }

  private static String key(String name, Labels labels) {
    StringBuilder key = new StringBuilder(name);
    for (int i = 0; i < labels.size(); i++) {
      key.append(i == 0 ? '{' : ',').append(labels.getName(i)).append("=\"");
      key.append(labels.getValue(i)).append('"');
    }
    return labels.isEmpty() ? name : key.append('}').toString();
  }
}
