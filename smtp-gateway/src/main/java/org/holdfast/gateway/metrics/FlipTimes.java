package org.holdfast.gateway.metrics;

import com.codahale.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.holdfast.routing.Flip;

/** How long flips waited until they were quiesced, and how many were not. Thread-safe. */
public final class FlipTimes {

  private static final String UNFINISHED = "holdfast_quiesce_unfinished";

  /** What the counter counts. */
  public static final Map<String, String> HELP =
      Map.of(UNFINISHED, "Flips whose time was over while deliveries were open");

  private static final List<String> SCOPES = List.of("user", "pair", "domain", "all", "list");

  private final Counts counts;
  private final Timings waited;
  private final LongSupplier nanos;

  /**
   * Counts and times there.
   *
   * @param nanos a clock such as {@link System#nanoTime}
   */
  public FlipTimes(Counts counts, PrometheusRegistry registry, LongSupplier nanos) {
    this.counts = counts;
    this.nanos = nanos;
    this.waited =
        Timings.in(
            registry,
            "holdfast_quiesce_seconds",
            "How long flips waited until nothing was open to the old place",
            "scope");
    SCOPES.forEach(this::unfinished); // from zero on: an increase shows from the first one
  }

  private Counter unfinished(String scope) {
    return counts.of(UNFINISHED, "scope", scope);
  }

  /** What the clock says now. */
  public long now() {
    return nanos.getAsLong();
  }

  /**
   * A flip has ended.
   *
   * @param scope what was flipped: {@code user}, {@code pair}, {@code domain}, {@code all}, {@code
   *     list}
   * @param began what {@link #now} said before it
   */
  public void ended(String scope, Flip flip, long began) {
    if (flip.quiesced()) {
      waited.took(nanos.getAsLong() - began, scope);
    } else {
      unfinished(scope).inc();
    }
  }
}
