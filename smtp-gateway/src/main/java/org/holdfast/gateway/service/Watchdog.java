package org.holdfast.gateway.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pings the service manager while all vital parts answer. For one thread.
 *
 * <p>Vital is what only a restart can mend: threads that are dead or hang. A full or failed disk, a
 * dead backend, a map that cannot be read are none of it: what needs no store flows on then, and a
 * restart would only stop that too. Nor is slowness: each part has its share of a quarter of the
 * time after which the manager acts, and is asked four times in it, so one long pause costs no
 * restart.
 */
public final class Watchdog {

  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  /** Looks in the time that the manager gives. */
  private static final int LOOKS = 4;

  private final List<Vital> vitals;
  private final Duration interval;
  private final Duration patience;
  private final Notifier notifier;
  private boolean complained;

  /**
   * A watchdog that has not looked yet.
   *
   * @param within the manager acts when it has heard nothing for so long
   */
  public Watchdog(List<Vital> vitals, Duration within, Notifier notifier) {
    this.vitals = List.copyOf(vitals);
    this.interval = within.dividedBy(LOOKS);
    this.patience = interval.dividedBy(Math.max(1, vitals.size()));
    this.notifier = notifier;
  }

  /**
   * What the manager wants to hear of this process, by {@code WATCHDOG_USEC} and {@code
   * WATCHDOG_PID}; empty: nothing.
   */
  public static Optional<Duration> wanted(Map<String, String> environment, long pid) {
    String whose = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    try {
      long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
      boolean ours = Long.parseLong(whose) == pid;
      return ours && micros > 0
          ? Optional.of(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros)))
          : Optional.empty();
    } catch (NumberFormatException e) {
      LOG.warn("WATCHDOG_USEC or WATCHDOG_PID is no number; no watchdog", e);
      return Optional.empty();
    }
  }

  /** Between the beginnings of two looks. */
  public Duration interval() {
    return interval;
  }

  /** Asks all parts, one after the other, and pings if all have answered. */
  public void look() throws InterruptedException {
    Optional<String> wrong = silent();
    if (wrong.isEmpty()) {
      notifier.alive();
      if (complained) {
        LOG.warn("watchdog: all parts answer again");
      }
      complained = false;
    } else if (!complained) {
      complained = true;
      LOG.error("watchdog: {}; the service manager is not pinged until it does", wrong.get());
      notifier.status("UNWELL, about to be restarted: " + wrong.get());
    }
  }

  private Optional<String> silent() throws InterruptedException {
    for (Vital vital : vitals) {
      Optional<String> wrong = silent(vital, patience);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> silent(Vital vital, Duration patience)
      throws InterruptedException {
    try {
      return vital.silent(patience);
    } catch (RuntimeException e) {
      return Optional.of("a vital part cannot be asked: " + e);
    }
  }
}
