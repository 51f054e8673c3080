package org.holdfast.gateway.admin;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.metrics.Traffic;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueSummary;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How it went in the last hours, for the plots and for "how long will the disk last": samples in
 * memory, every {@link #EVERY} for {@link #FINE_KEPT}, every {@link #COARSE_EVERY} for {@link
 * #COARSE_KEPT}; together some hundred KiB. A {@link HistoryFile} keeps them over a restart: a
 * crash costs at most the last {@link #SAVED_EVERY}. Prometheus remembers longer. Thread-safe; one
 * scheduled task of its own takes the samples and writes the file.
 */
public final class History implements AutoCloseable {

  static final Duration EVERY = Duration.ofSeconds(10);
  static final Duration FINE_KEPT = Duration.ofHours(6);
  static final Duration COARSE_EVERY = Duration.ofMinutes(1);
  static final Duration COARSE_KEPT = Duration.ofHours(24);

  /** How often the file is written: some ten KiB. */
  static final Duration SAVED_EVERY = Duration.ofMinutes(1);

  /** Rates of now are those since the youngest sample that is as old. */
  static final Duration RATE_OVER = Duration.ofSeconds(20);

  /** How fast the disk fills is judged over at most this time. */
  static final Duration GROWTH_OVER = Duration.ofMinutes(10);

  /** ... and not before so much has been seen. */
  static final Duration GROWTH_LEAST = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(History.class);

  private final LatestTotals totals;
  private final MetricRegistry counted;
  private final InstantSource clock;
  private final HistoryFile file;

  /** When this life of the gateway began: its counters say nothing about those of another. */
  private final Instant life;

  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("history").daemon().factory());

  /** Oldest first, like {@link #coarse}; both guarded by this. */
  private final Deque<Sample> fine = new ArrayDeque<>();

  private final Deque<Sample> coarse = new ArrayDeque<>();

  /** When the file was written last; the task's own. */
  private Instant saved;

  /** Remembers what the file does. */
  public History(HoldQueue queue, MetricRegistry counted, InstantSource clock, Path file) {
    this.totals = new LatestTotals(queue, clock);
    this.counted = counted;
    this.clock = clock;
    this.file = new HistoryFile(file);
    this.life = clock.instant();
    this.saved = life;
    recall(this.file.read());
  }

  private synchronized void recall(HistoryFile.Kept kept) {
    kept.fine().stream().filter(this::isOfThePast).forEach(fine::addLast);
    kept.coarse().stream().filter(this::isOfThePast).forEach(coarse::addLast);
    forgetBefore(fine, life.minus(FINE_KEPT));
    forgetBefore(coarse, life.minus(COARSE_KEPT));
  }

  /** A clock that was set back leaves samples of the future: nobody could plot those. */
  private boolean isOfThePast(Sample sample) {
    return sample.at().isBefore(life);
  }

  /**
   * One look.
   *
   * @param life when the gateway started that looked
   * @param accepted deliveries since that start, like {@code delivered}
   * @param bytes of the content held
   * @param used octets that the queue's files take
   * @param room octets that would still be taken
   */
  record Sample(
      Instant at,
      Instant life,
      long accepted,
      long delivered,
      long held,
      long ready,
      long deferred,
      long parked,
      long bytes,
      long used,
      long free,
      long room) {

    /** Whether counters and time go on from this one to that: no restart was between them. */
    boolean leadsTo(Sample next) {
      return life.equals(next.life);
    }
  }

  /**
   * Deliveries a second that senders were told 250 for, and that backends took; null: too early.
   */
  record Flow(@Nullable Double accepted, @Nullable Double delivered) {}

  /**
   * How the disk stands.
   *
   * @param room octets until new mail is refused
   * @param growth octets an hour, negative while it empties; null: too early to say
   * @param hoursLeft until the room is gone at this rate; null while it does not fill
   */
  record Disk(long used, long free, long room, @Nullable Long growth, @Nullable Double hoursLeft) {}

  /** Looks now and then every {@link #EVERY}. */
  public void start() {
    var _ = looking.scheduleAtFixedRate(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is held, as fresh as {@link LatestTotals} has it. */
  QueueSummary totals() {
    return totals.get();
  }

  /** Takes a sample, and writes the file when it is time. */
  void look() {
    try {
      remember(sample());
      if (!clock.instant().isBefore(saved.plus(SAVED_EVERY))) {
        save();
      }
    } catch (RuntimeException e) { // what is thrown would end the looking for ever, unseen
      LOG.warn("history: no sample this time: {}", e.toString());
    }
  }

  private void save() {
    saved = clock.instant();
    file.write(kept());
  }

  private synchronized HistoryFile.Kept kept() {
    return new HistoryFile.Kept(List.copyOf(fine), List.copyOf(coarse));
  }

  private Sample sample() {
    QueueSummary held = totals.get();
    return new Sample(
        clock.instant(),
        life,
        counted.counter(Traffic.ACCEPTED).getCount(),
        counted.counter(Traffic.DELIVERED).getCount(),
        of(held, DeliveryState.HELD),
        of(held, DeliveryState.READY),
        of(held, DeliveryState.DEFERRED),
        of(held, DeliveryState.PARKED),
        held.bytes(),
        held.storeBytes(),
        held.free(),
        held.room());
  }

  private static long of(QueueSummary held, DeliveryState state) {
    return held.nextHops().stream()
        .mapToLong(hop -> hop.deliveries().getOrDefault(state, 0L))
        .sum();
  }

  private synchronized void remember(Sample sample) {
    fine.addLast(sample);
    forgetBefore(fine, sample.at().minus(FINE_KEPT));
    if (coarse.isEmpty() || !sample.at().isBefore(coarse.getLast().at().plus(COARSE_EVERY))) {
      coarse.addLast(sample);
      forgetBefore(coarse, sample.at().minus(COARSE_KEPT));
    }
  }

  private static void forgetBefore(Deque<Sample> samples, Instant time) {
    while (!samples.isEmpty() && samples.getFirst().at().isBefore(time)) {
      samples.removeFirst();
    }
  }

  /** Oldest first; by the minute when that is longer ago than the fine ones are kept. */
  synchronized List<Sample> since(Instant time) {
    boolean far = time.isBefore(clock.instant().minus(FINE_KEPT));
    return (far ? coarse : fine).stream().filter(sample -> !sample.at().isBefore(time)).toList();
  }

  Flow flow() {
    Sample now = sample();
    Sample then = before(now.at().minus(RATE_OVER));
    double seconds = then == null ? 0 : seconds(then, now);
    if (then == null || seconds < 1) {
      return new Flow(null, null);
    }
    return new Flow(
        rounded((now.accepted() - then.accepted()) / seconds),
        rounded((now.delivered() - then.delivered()) / seconds));
  }

  Disk disk() {
    Sample now = sample();
    long room = now.room();
    Sample then = before(now.at().minus(GROWTH_OVER));
    double seconds = then == null ? 0 : seconds(then, now);
    if (then == null || seconds < GROWTH_LEAST.toSeconds()) {
      return new Disk(now.used(), now.free(), room, null, null);
    }
    long growth = Math.round((now.used() - then.used()) / seconds * 3600);
    Double left = growth > 0 ? rounded((double) room / growth) : null;
    return new Disk(now.used(), now.free(), room, growth, left);
  }

  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  static double seconds(Sample then, Sample now) {
    return Duration.between(then.at(), now.at()).toMillis() / 1000.0;
  }

  /** Of this life the youngest sample that is not younger than this, else the oldest. */
  private synchronized @Nullable Sample before(Instant time) {
    Sample oldest = null;
    for (Sample sample : fine.reversed()) {
      if (!sample.life().equals(life)) {
        break;
      }
      oldest = sample;
      if (!sample.at().isAfter(time)) {
        break;
      }
    }
    return oldest;
  }

  /**
   * No look begins any more; one under way ends first, so that no queue is closed under it. Then
   * the file is written.
   */
  @Override
  public void close() {
    looking.close();
    save();
  }
}
