package org.holdfast.gateway.wiring;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.holdfast.gateway.service.Notifier;
import org.holdfast.gateway.service.NotifySocket;
import org.holdfast.gateway.service.Vital;
import org.holdfast.gateway.service.Watchdog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the service manager told, from the start to the stop. Without one it does nothing and has
 * no thread. {@link #stage} from the thread that starts, all else from the one that serves.
 */
final class Reports implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

  /** Between two status lines. */
  private static final Duration EVERY = Duration.ofSeconds(10);

  /** How much longer than the latest word a start may take: three status lines may be missed. */
  private static final Duration START_EXTENSION = EVERY.multipliedBy(3);

  /** After this much of one stage nobody asks for more time: something hangs. */
  static final Duration LONGEST_STAGE = Duration.ofMinutes(30);

  /** For what follows stop-timeout: the index is written, files are closed. */
  private static final Duration STOP_MARGIN = Duration.ofSeconds(30);

  private final Notifier notifier;
  private final Optional<Duration> watchdog;
  private final InstantSource clock;
  private final @Nullable ScheduledExecutorService threads;
  private volatile String stage = "starting";
  private volatile Instant stageBegan;
  private @Nullable Future<?> starting;

  /**
   * @param watchdog how long the manager waits for a ping; empty: for ever
   */
  Reports(Notifier notifier, Optional<Duration> watchdog, InstantSource clock) {
    this.notifier = notifier;
    this.watchdog = watchdog;
    this.clock = clock;
    this.stageBegan = clock.instant();
    this.threads =
        notifier.isHeard()
            ? Executors.newScheduledThreadPool(
                2, Thread.ofPlatform().name("service-", 0).daemon().factory())
            : null;
  }

  /** For the manager that the environment names. */
  static Reports of(Map<String, String> environment, InstantSource clock) {
    return new Reports(
        new Notifier(NotifySocket.of(environment)),
        Watchdog.wanted(environment, ProcessHandle.current().pid()),
        clock);
  }

  /** A start has begun. */
  void starting() {
    starting = every(EVERY, this::tellStage);
  }

  /** It has come so far. */
  void stage(String words) {
    stage = words;
    stageBegan = clock.instant();
    if (threads != null) {
      tellStage();
    }
  }

  /** What is said while it starts; a stage that takes too long gets no more time. */
  void tellStage() {
    Duration since = Duration.between(stageBegan, clock.instant());
    String words = "starting: " + stage + " (" + since.toSeconds() + " s)";
    if (since.compareTo(LONGEST_STAGE) < 0) {
      notifier.starting(START_EXTENSION, words);
    } else {
      notifier.status(words + ", which is too long");
    }
  }

  /** Every listener is open. */
  void ready(Supplier<String> status, List<Vital> vitals) {
    if (threads == null) {
      return;
    }
    if (starting != null) {
      starting.cancel(false);
    }
    notifier.ready("every listener is open");
    var _ = every(EVERY, () -> notifier.status(status.get()));
    watchdog.ifPresent(within -> {
      Watchdog looks = new Watchdog(vitals, within, notifier);
      var _ = every(looks.interval(), () -> look(looks));
    });
  }

  private static void look(Watchdog looks) {
    try {
      looks.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Around a reload: the line that it returns is the status for a while. */
  void reloading(Supplier<String> reload) {
    notifier.reloading();
    notifier.ready(reload.get());
  }

  /** The stop has begun. */
  void stopping(Duration stopTimeout) {
    close();
    notifier.stopping(
        stopTimeout.plus(STOP_MARGIN), "stopping: no new connections; finishing what is in flight");
  }

  private @Nullable Future<?> every(Duration period, Runnable act) {
    return threads == null
        ? null
        : threads.scheduleAtFixedRate(
            () -> guarded(act), 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is thrown would end the telling for ever, unseen. */
  private static void guarded(Runnable act) {
    try {
      act.run();
    } catch (RuntimeException e) {
      LOG.warn("the service manager was not told", e);
    }
  }

  @Override
  public void close() {
    if (threads != null) {
      var _ = threads.shutdownNow();
    }
  }
}
