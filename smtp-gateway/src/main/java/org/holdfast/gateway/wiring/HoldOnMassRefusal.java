package org.holdfast.gateway.wiring;

import com.codahale.metrics.Counter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.admin.AuditLog;
import org.holdfast.gateway.path.MassRefusal;
import org.holdfast.gateway.path.MassRefusals;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.holdfast.routing.Who;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a pair on hold when its active member refuses many users at once, as a person would, and
 * puts what was parked meanwhile back to its lanes, so that after the repair and {@code pair
 * release} nothing is left to do.
 *
 * <p>Everything happens on one thread of its own, in short steps: nobody waits on it for a drain.
 * The hold comes first, without waiting for what is open. Then it looks again and again, with
 * growing pauses: what is open to the member ends, is refused, is parked, and is put back. It ends
 * when nothing is open any more and all was found, or nothing further turned up within the
 * patience: a live message is stored only after all its recipients were answered. A crash in
 * between leaves at most these deliveries parked; the hold itself is durable.
 */
final class HoldOnMassRefusal implements MassRefusals.Breaker, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HoldOnMassRefusal.class);

  private static final String WHO = "gateway";

  /** Deliveries put back in one step: the hold of another pair must not wait long. */
  private static final int AT_ONCE = 200;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private static final Duration LAST_STEP = Duration.ofSeconds(5);

  private final Routing routing;
  private final HoldQueue queue;
  private final AuditLog audit;
  private final Counter trips;
  private final Duration patience;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("mass-refusals").daemon().factory());

  /**
   * Does nothing yet.
   *
   * @param trips counts holds
   * @param patience for a refused delivery to be parked, after its attempt has ended
   */
  HoldOnMassRefusal(
      Routing routing, HoldQueue queue, AuditLog audit, Counter trips, Duration patience) {
    this.routing = routing;
    this.queue = queue;
    this.audit = audit;
    this.trips = trips;
    this.patience = patience;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void tripped(MassRefusal incident) {
    try {
      thread.execute(() -> orOver(incident, () -> hold(incident)));
    } catch (RejectedExecutionException _) { // the gateway is stopping; it will refuse again
      incident.over();
    }
  }

  /** A step; what is thrown would end the incident unseen. */
  private interface Step {
    void run() throws MapUnavailableException, RefusedChangeException;
  }

  private static void orOver(MassRefusal incident, Step step) {
    try {
      step.run();
    } catch (MapUnavailableException | RefusedChangeException | RuntimeException e) {
      LOG.error("pair {}: {}; acting on it broke off", incident.pair(), incident.words(), e);
      incident.over(); // if it goes on refusing, it trips again
    }
  }

  // ---- the hold

  private void hold(MassRefusal incident) throws MapUnavailableException, RefusedChangeException {
    Optional<Pair> pair = routing.pair(incident.pair());
    if (!pair.map(p -> !p.onHold() && p.active().equals(incident.member())).orElse(false)
        || !heldNow(incident)) {
      LOG.warn("pair {} is on hold or elsewhere already; {}", incident.pair(), incident.words());
      incident.over();
      return;
    }
    trips.inc();
    LOG.error("pair {} is on hold: {}", incident.pair(), incident.words());
    new PuttingBack(incident).look();
  }

  /** False: somebody else was first. */
  private boolean heldNow(MassRefusal incident)
      throws MapUnavailableException, RefusedChangeException {
    Who who = new Who(WHO, incident.words());
    boolean changed =
        routing.setHold(new Target.OfPair(incident.pair()), true, who, Duration.ZERO).changed();
    if (changed) {
      Map<String, Object> before = Map.of("active", incident.member(), "state", "active");
      Map<String, Object> after = Map.of("active", incident.member(), "state", "hold");
      var _ = audit.append(WHO, "", "pair.state", incident.pair(), incident.words(), before, after);
    }
    return changed;
  }

  // ---- what was parked

  /** One incident, from its hold to its end. Used by the one thread only. */
  private final class PuttingBack {

    private final MassRefusal incident;
    private final ArrayDeque<QueueFilter> missing = new ArrayDeque<>();
    private long count;
    private long quietSince;
    private boolean quiet;
    private Duration pause = FIRST_PAUSE;

    PuttingBack(MassRefusal incident) {
      this.incident = incident;
    }

    void look() throws MapUnavailableException {
      boolean held = routing.pair(incident.pair()).map(Pair::onHold).orElse(false);
      boolean nothingOpen = nothingOpen(); // before take: so nothing comes after that
      missing.addAll(incident.take());
      pause = putBack() ? FIRST_PAUSE : longer(pause);
      if (nothingOpen && !quiet) {
        quiet = true;
        quietSince = System.nanoTime();
      }
      if (!held || (quiet && (missing.isEmpty() || impatient()))) {
        end();
      } else {
        var _ =
            thread.schedule(
                () -> orOver(incident, this::look), pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private boolean nothingOpen() {
      return routing.open().stream()
          .noneMatch(open ->
              open.pair().equals(incident.pair()) && open.member().equals(incident.member()));
    }

    private boolean impatient() {
      return System.nanoTime() - quietSince > patience.toNanos();
    }

    /** Tries some; true: one was found, so go on soon. */
    private boolean putBack() {
      long before = count;
      for (int left = Math.min(AT_ONCE, missing.size()); left > 0; left--) {
        QueueFilter one = missing.removeFirst();
        int found = 0;
        try {
          found = queue.retry(one, WHO);
        } catch (RuntimeException e) { // an index that is behind, a log that failed
          LOG.warn("pair {}: parked mail is put back later: {}", incident.pair(), e.toString());
          left = 0;
        }
        if (found == 0) {
          missing.addLast(one);
        }
        count += found;
      }
      return count > before;
    }

    private void end() {
      LOG.info("pair {}: {} parked deliveries are back in their lanes", incident.pair(), count);
      long forgotten = incident.forgotten();
      if (forgotten > 0) {
        LOG.error(
            "pair {}: {} more were refused than could be remembered and stay parked; see queue"
                + " retry",
            incident.pair(),
            forgotten);
      }
      incident.over();
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  /** Lets the step under way end, without an interrupt: it may be writing to a log. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_STEP.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("stopping in the middle of a mass refusal");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
