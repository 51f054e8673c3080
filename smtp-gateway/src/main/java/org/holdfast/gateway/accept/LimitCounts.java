package org.holdfast.gateway.accept;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.holdfast.gateway.metrics.Counts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs who ran into which {@link Limit} of one door. A limit is logged once a second at
 * most, with how many others there were meanwhile, so that nobody fills the disk with our words.
 * Thread-safe.
 */
public final class LimitCounts {

  /** What is counted, with the labels {@code door} and {@code limit}. */
  static final String NAME = "holdfast_limit_reached";

  /** What it counts. */
  public static final Map<String, String> HELP =
      Map.of(NAME, "A client ran into a limit of the front door");

  private static final Logger log = LoggerFactory.getLogger(LimitCounts.class);
  private static final long APART = TimeUnit.SECONDS.toNanos(1);

  private final Map<Limit, Count> counts = new EnumMap<>(Limit.class);
  private final String door;
  private final LongSupplier nanos;

  /**
   * @param nanos as {@link System#nanoTime}
   */
  LimitCounts(String door, MetricRegistry counted, LongSupplier nanos) {
    this.door = door;
    this.nanos = nanos;
    Counts labelled = new Counts(counted);
    for (Limit limit : Limit.values()) {
      counts.put(limit, new Count(labelled.of(NAME, "door", door, "limit", limit.word())));
    }
  }

  /** This client, as in every line, ran into the limit. */
  void hit(Limit limit, String client) {
    Count count = counts.get(limit);
    if (count == null) {
      throw new IllegalStateException(limit.word());
    }
    count.all.inc();
    long unsaid = count.due(nanos.getAsLong());
    if (unsaid >= 0) {
      log.atInfo()
          .setMessage("limit")
          .addKeyValue("door", door)
          .addKeyValue("limit", limit.word())
          .addKeyValue("client", client)
          .addKeyValue("others", unsaid)
          .log();
    }
  }

  long of(Limit limit) {
    Count count = counts.get(limit);
    return count == null ? 0 : count.all.getCount();
  }

  private static final class Count {

    private final Counter all;
    private long unsaid;
    private long next;
    private boolean said;

    Count(Counter all) {
      this.all = all;
    }

    /** How many were not logged since the last line; -1 when this one is not either. */
    synchronized long due(long now) {
      if (said && now - next < 0) {
        unsaid++;
        return -1;
      }
      said = true;
      next = now + APART;
      long before = unsaid;
      unsaid = 0;
      return before;
    }
  }
}
