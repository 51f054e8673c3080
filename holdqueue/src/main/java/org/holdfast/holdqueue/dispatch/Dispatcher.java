package org.holdfast.holdqueue.dispatch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Decides which held delivery is tried next, and when: a plain state machine without threads, I/O
 * or a clock. Events come in as method calls, {@link Actions} go out. Not thread-safe.
 *
 * <p>Use: {@link #begin} with the time, any number of events, {@link #turn}; again no later than
 * {@link #nextTurn}. Times are nanoseconds from any origin.
 *
 * <p>Why nothing is stranded. A lane is in memory, or dormant because its way was shut or it had
 * nothing, or left out for want of room. Shut: the way was asked after the change that shut it and
 * {@code opened} comes after the change that opens it, so one of the two sees the other. Nothing:
 * the reading of its head began after the last {@code held}, so it had seen everything. Left out:
 * its line (or the walks) owes a walk that finds it again, and such a walk begins after the lane
 * was left out.
 *
 * <p>Why nothing overtakes. A lane is in one {@link Lane.Phase} at a time and leaves {@code
 * RUNNING} only when its attempt has ended and {@code RECORDING} only when that was written, so
 * what is read afterwards begins with what is next.
 *
 * <p>{@link Placement} has the lanes and lines, {@link AttemptEnds} knows what an outcome means,
 * {@link Walks} bring back what was left out.
 */
final class Dispatcher {

  private final Actions actions;
  private final Backoff retries;
  private final WideWalks wide = new WideWalks();
  private final Placement placement;
  private final AttemptEnds ends;
  private final Walks walks;

  private long tickets;
  private boolean stalled;
  private boolean stopping;

  /**
   * @param ways {@link org.holdfast.holdqueue.NextHops#way}
   */
  Dispatcher(
      DispatchLimits limits, Function<String, Way> ways, Actions actions, RandomGenerator random) {
    this.actions = actions;
    this.retries = Backoff.between(limits.retryFirst(), limits.retryMax(), random);
    Backoff probes = Backoff.between(limits.probeFirst(), limits.probeMax(), random);
    this.placement = new Placement(limits, ways, probes, wide);
    this.ends = new AttemptEnds(placement, actions, retries);
    this.walks = new Walks(limits, placement, actions, wide);
  }

  /** It is now {@code now}, for the events that follow and the turn. Never goes back. */
  void begin(long now) {
    placement.begin(now);
  }

  /** Other rates and retries, for what begins from now on. */
  void become(DispatchLimits other) {
    retries.become(other.retryFirst(), other.retryMax());
    placement.become(other);
  }

  // ---- events: what is held, and what may go

  /**
   * @param wait of one that is {@code DEFERRED}: nanoseconds until its lane's first retry
   */
  void held(String name, @Nullable String filedUnder, Held.Entry entry, long wait) {
    if (entry == Held.Entry.PARKED) {
      return;
    }
    Lane lane = placement.lane(name);
    if (lane != null) {
      lane.more = true;
    } else if (entry == Held.Entry.DEFERRED) {
      deferFirst(placement.remember(name, filedUnder), Math.min(wait, retries.longest()));
    } else {
      placement.place(placement.remember(name, filedUnder));
    }
  }

  private void deferFirst(Lane lane, long wait) {
    lane.failures = 1;
    placement.sleep(lane, placement.now() + wait);
  }

  /** Events were lost for want of room: any lane may have been held, changed or opened. */
  void everythingChanged() {
    for (Lane lane : placement.inMemory(new Lanes.All())) {
      changed(lane.name);
    }
    opened(new Lanes.All());
  }

  /** A person did something to this lane: what was read of it is old, and it is due. */
  void changed(String name) {
    Lane lane = placement.lane(name);
    if (lane == null) {
      placement.place(placement.remember(name, null));
      return;
    }
    lane.failures = 0;
    if (lane.phase == Lane.Phase.RECORDING) {
      lane.due = 0;
    }
    lane.forgetLoaded();
    switch (lane.phase) {
      case WAITING, LOADING, READY, SLEEPING -> placement.replace(lane);
      default -> {}
    }
  }

  void opened(Lanes which) {
    if (which instanceof Lanes.One(String name)) {
      Lane lane = placement.lane(name);
      if (lane == null) {
        placement.place(placement.remember(name, null));
      } else {
        reopen(lane);
      }
      return;
    }
    placement.inMemory(which).forEach(this::reopen);
    wide.owe(which);
  }

  private void reopen(Lane lane) {
    switch (lane.phase) {
      case WAITING, READY -> placement.follow(lane);
      case SLEEPING -> placement.replace(lane);
      case RECORDING -> {
        lane.due = 0;
        lane.openedMeanwhile = true;
      }
      default -> lane.openedMeanwhile = true;
    }
  }

  void shut(Lanes which) {
    for (Lane lane : placement.inMemory(which)) {
      switch (lane.phase) {
        case WAITING, READY -> placement.follow(lane);
        case SLEEPING -> placement.dropSleeperIfShut(lane);
        default -> {}
      }
    }
  }

  // ---- events: what was read

  void loaded(String name, long ticket, List<Delivery> head) {
    Lane lane = placement.lane(name);
    if (lane == null || lane.ticket != ticket) {
      return;
    }
    lane.ticket = 0;
    lane.loaded.addAll(head);
    lane.more |= head.size() >= lane.asked;
    NextHopLine line = placement.leaveLine(lane);
    if (!lane.hasWork()) {
      placement.drop(lane);
    } else if (lane.loaded.isEmpty() || line == null || lane.openedMeanwhile) {
      placement.place(lane);
    } else {
      line.isReady(lane);
    }
  }

  void loadFailed(String name, long ticket) {
    Lane lane = placement.lane(name);
    if (lane != null && lane.ticket == ticket) {
      lane.forgetLoaded();
      placement.leaveLine(lane);
      placement.sleepAWhile(lane);
    }
  }

  /** A page of a walk. */
  void walked(Walk walk, List<Backlog.Place> page) {
    walks.walked(walk, page);
  }

  void walkFailed(Walk walk) {
    walks.walkFailed(walk);
  }

  // ---- events: how attempts ended

  /**
   * An attempt begun elsewhere is open for this delivery. Told before its lane's head can show it.
   */
  void adopted(Delivery delivery) {
    ends.adopted(delivery);
  }

  void ended(Delivery delivery, Outcome outcome) {
    ends.ended(delivery, outcome);
  }

  /** The delivery is not there any more, nothing was tried. Its lane is read again, not at once. */
  void gone(Delivery delivery) {
    ends.gone(delivery);
  }

  /** How the attempt ended is written. */
  void recorded(Delivery delivery) {
    stalled = false;
    ends.recorded(delivery);
  }

  /** Outcomes cannot be written: nothing new is tried until one can. */
  void stalled() {
    stalled = true;
  }

  /** Nothing new is begun any more. */
  void stop() {
    stopping = true;
  }

  // ---- the turn: what happens by itself

  /** Begins whatever may begin now. */
  void turn() {
    if (stopping) {
      return;
    }
    placement.wake();
    walks.walkWide();
    for (NextHopLine line : List.copyOf(placement.lines())) {
      walks.refill(line);
      serve(line);
    }
    placement.forgetIdleLines();
  }

  private void serve(NextHopLine line) {
    fetch(line);
    while (!stalled && line.mayBegin(placement.now())) {
      beginAttempt(line, line.ready.poll());
      fetch(line);
    }
  }

  private void fetch(NextHopLine line) {
    while (line.wantsMoreReady()) {
      Lane lane = line.waiting.poll();
      if (!lane.loaded.isEmpty()) {
        line.isReady(lane);
      } else {
        load(line, lane);
      }
    }
  }

  private void load(NextHopLine line, Lane lane) {
    line.loads(lane);
    lane.more = false;
    lane.ticket = ++tickets;
    lane.asked = line.batch();
    actions.load(lane.name, lane.asked, lane.ticket);
  }

  private void beginAttempt(NextHopLine line, Lane lane) {
    lane.phase = Lane.Phase.BETWEEN;
    Way way = placement.ask(lane.name);
    if (!(way instanceof Way.Open(String to, String member, int p))
        || !to.equals(line.name)
        || !line.mayBeginAt(member, placement.now())) {
      placement.place(lane, way);
      return;
    }
    lane.priority = p;
    Delivery delivery = lane.loaded.removeFirst();
    lane.phase = Lane.Phase.RUNNING;
    lane.running = delivery;
    lane.begun = placement.now();
    lane.openedMeanwhile = false;
    line.begins(lane, lane.begun);
    actions.attempt(delivery);
  }

  /** When {@link #turn} must come at the latest; {@link Long#MAX_VALUE}: only after an event. */
  long nextTurn() {
    if (stopping) {
      return Long.MAX_VALUE;
    }
    long next = Math.min(placement.nextWake(), walks.nextWide());
    for (NextHopLine line : placement.lines()) {
      next = Math.min(next, nextTurn(line));
    }
    return next;
  }

  private long nextTurn(NextHopLine line) {
    long begin = stalled ? Long.MAX_VALUE : line.nextBegin(placement.now());
    return Math.min(begin, walks.nextRefill(line));
  }

  // ---- what is going on

  /** The deliveries whose attempts, begun here, are open. */
  List<Delivery> open() {
    List<Delivery> open = new ArrayList<>();
    for (Lane lane : placement.lanes()) {
      if (lane.phase == Lane.Phase.RUNNING && lane.running != null) {
        open.add(lane.running);
      }
    }
    return open;
  }

  /**
   * @param wall the time of day that {@code now} is
   */
  DispatchStatus status(Instant wall) {
    List<DispatchStatus.NextHop> each =
        placement.lines().stream().map(line -> line.status(placement.now(), wall)).toList();
    return new DispatchStatus(wall, each, placement.asleep(), wide.size(), stalled);
  }
}
