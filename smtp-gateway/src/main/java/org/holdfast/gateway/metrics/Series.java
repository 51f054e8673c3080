package org.holdfast.gateway.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name with labels, and how both stand in the name of a Dropwizard metric: {@code
 * name{label="value",label="value"}}, quotes and backslashes in values escaped as in Prometheus'
 * own text format.
 */
record Series(String name, List<String> names, List<String> values) {

  private static final Pattern WHOLE = Pattern.compile("([a-z_]+)\\{(.*)}", Pattern.DOTALL);
  private static final Pattern LABEL =
      Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\",?", Pattern.DOTALL);

  /** Of name, label, value, label, value... */
  static Series of(List<String> parts) {
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int i = 1; i < parts.size(); i += 2) {
      names.add(parts.get(i));
      values.add(parts.get(i + 1));
    }
    return new Series(parts.getFirst(), names, values);
  }

  /** What {@link #toString} wrote; empty for the name of any other metric. */
  static Optional<Series> read(String text) {
    Matcher whole = WHOLE.matcher(text);
    if (!whole.matches()) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>(List.of(whole.group(1)));
    Matcher label = LABEL.matcher(whole.group(2));
    while (label.find()) {
      parts.add(label.group(1));
      parts.add(label.group(2).replaceAll("\\\\(.)", "$1"));
    }
    return Optional.of(of(parts));
  }

  Labels labels() {
    return Labels.of(names, values);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name).append('{');
    for (int i = 0; i < names.size(); i++) {
      text.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
      text.append(values.get(i).replaceAll("[\"\\\\]", "\\\\$0")).append('"');
    }
    return text.append('}').toString();
  }
}
