package org.holdfast.gateway.admin;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueAction;
import org.holdfast.holdqueue.QueueFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actions on held mail that are under way, and the last ones: how far each came. An action runs
 * in the thread of its request and goes on to its end though the client may be gone. Thread-safe.
 */
final class ActionRuns {

  /** Actions and dry runs at one time; one more is refused with 503 before anything is done. */
  static final int MOST_AT_ONCE = 4;

  /** Ended ones that are remembered. */
  static final int REMEMBERED = 100;

  /** An action on more is told in the events when it begins, too. */
  static final int MANY = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(ActionRuns.class);

  private final HoldQueue queue;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  /** Newest first; at most those under way and {@link #REMEMBERED}. Guarded by itself. */
  private final Deque<Run> runs = new ArrayDeque<>();

  private long last;

  ActionRuns(HoldQueue queue, AuditLog audit, InstantSource clock) {
    this.queue = queue;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * What somebody wants.
   *
   * @param target in the events: a queue id, or the filter in words
   * @param to of a redirect
   */
  record Order(
      String action, String target, QueueFilter filter, String reason, @Nullable String to) {}

  /**
   * One action.
   *
   * @param total deliveries it was about when it began
   * @param affected those that are done
   * @param state one of {@code running}, {@code done}, {@code broken off}
   */
  record View(
      long number,
      String action,
      String target,
      @Nullable String to,
      String who,
      String reason,
      Instant began,
      @Nullable Instant ended,
      long total,
      long affected,
      String state) {}

  /** Newest first. */
  List<View> list() {
    synchronized (runs) {
      return runs.stream().map(Run::view).toList();
    }
  }

  /** How many deliveries there are. */
  long counted(QueueFilter filter) {
    enter();
    try {
      return queue.count(filter);
    } finally {
      places.release();
    }
  }

  /** Does it; how many deliveries it was about. */
  long run(Caller caller, QueueAction action, Order order) {
    enter();
    try {
      long total = queue.count(action.concerned(order.filter));
      if (total > MANY) {
        tell(caller, order, ".begun", Map.of("deliveries", total));
      }
      Run run = begin(caller, order, total);
      try {
        return done(caller, run, queue.act(order.filter, action, run::reached));
      } catch (RuntimeException e) {
        throw brokenOff(caller, run, e);
      }
    } finally {
      places.release();
    }
  }

  private void enter() {
    if (!places.tryAcquire()) {
      throw Problem.busy(
          MOST_AT_ONCE + " actions are under way (GET /v1/queue/actions); try again later");
    }
  }

  private Run begin(Caller caller, Order order, long total) {
    synchronized (runs) {
      Run run = new Run(++last, caller.name(), order, total, clock.instant());
      runs.addFirst(run);
      if (runs.size() > REMEMBERED + MOST_AT_ONCE) {
        runs.removeLast();
      }
      return run;
    }
  }

  private long done(Caller caller, Run run, long affected) {
    run.end(affected, "done", clock.instant());
    tell(caller, run.order, "", Map.of("affected", affected));
    return affected;
  }

  /** What is done stays done, and the rest is as it was. */
  private Problem brokenOff(Caller caller, Run run, RuntimeException why) {
    LOG.error("{} of {} broke off", run.order.action, run.order.target, why);
    run.end(run.affected, "broken off", clock.instant());
    tell(caller, run.order, "", Map.of("affected", run.affected, "brokenOff", true));
    return Problem.busy(
        "it broke off after "
            + run.affected
            + " of "
            + run.total
            + " deliveries, which are done for good; run it again for the rest");
  }

  private void tell(Caller caller, Order order, String suffix, Map<String, Object> after) {
    Map<String, Object> now = new LinkedHashMap<>(after);
    if (order.to != null) {
      now.put("to", order.to);
    }
    String what = "queue." + order.action + suffix;
    Map<String, Object> filter = FilterWords.members(order.filter);
    audit.append(caller, what, order.target, order.reason, filter, now);
  }

  /** Written by the thread that acts, read by any. */
  private static final class Run {
    private final long number;
    private final String who;
    private final Order order;
    private final long total;
    private final Instant began;
    private volatile long affected;
    private volatile String state = "running";
    private volatile @Nullable Instant ended;

    Run(long number, String who, Order order, long total, Instant began) {
      this.number = number;
      this.who = who;
      this.order = order;
      this.total = total;
      this.began = began;
    }

    void reached(long soFar) {
      affected = soFar;
    }

    void end(long atLast, String how, Instant when) {
      affected = atLast;
      ended = when;
      state = how;
    }

    View view() {
      return new View(
          number,
          order.action,
          order.target,
          order.to,
          who,
          order.reason,
          began,
          ended,
          total,
          affected,
          state);
    }
  }
}
