package org.holdfast.holdqueue.dispatch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
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
 */
final class Dispatcher {

  /** The least wait before a walk brings back lanes that found no room among the sleepers. */
  private static final long WALK_PAUSE = 10_000_000_000L;

  /** A next hop without lanes is forgotten after this. */
  private static final long IDLE = 120_000_000_000L;

  /** A lane fails so often as its next hop's trouble, others being answered: it is the lane's. */
  private static final int MOST_STRIKES = 2;

  private final DispatchLimits limits;
  private final Function<String, Way> ways;
  private final Actions actions;
  private final Backoff retries;
  private final Backoff probes;
  private final long unknownRetry;

  private final Map<String, Lane> lanes = new HashMap<>();
  private final Map<String, NextHopLine> lines = new LinkedHashMap<>();
  private final Sleepers sleepers = new Sleepers();
  private final WideWalks walks = new WideWalks();

  private long now;
  private long tickets;
  private long walkAllAt = Long.MAX_VALUE;
  private boolean stalled;
  private boolean stopping;

  /**
   * @param ways {@link org.holdfast.holdqueue.NextHops#way}
   */
  Dispatcher(
      DispatchLimits limits, Function<String, Way> ways, Actions actions, RandomGenerator random) {
    this.limits = limits;
    this.ways = ways;
    this.actions = actions;
    this.retries = Backoff.between(limits.retryFirst(), limits.retryMax(), random);
    this.probes = Backoff.between(limits.probeFirst(), limits.probeMax(), random);
    this.unknownRetry = limits.unknownRetry().toNanos();
  }

  /** It is now {@code now}, for the events that follow and the turn. Never goes back. */
  void begin(long now) {
    this.now = Math.max(now, this.now);
  }

  // ---- events: what is held, and what may go

  void held(String name, @Nullable String filedUnder, Held.Entry entry) {
    if (entry == Held.Entry.PARKED) {
      return;
    }
    Lane lane = lanes.get(name);
    if (lane != null) {
      lane.more = true;
    } else if (entry == Held.Entry.DEFERRED) {
      deferFirst(remember(name, filedUnder));
    } else {
      place(remember(name, filedUnder));
    }
  }

  private void deferFirst(Lane lane) {
    lane.failures = 1;
    sleep(lane, now + retries.after(1));
  }

  /** Events were lost for want of room: any lane may have been held, changed or opened. */
  void everythingChanged() {
    for (String name : List.copyOf(lanes.keySet())) {
      changed(name);
    }
    opened(new Lanes.All());
  }

  /** A person did something to this lane: what was read of it is old, and it is due. */
  void changed(String name) {
    Lane lane = lanes.get(name);
    if (lane == null) {
      place(remember(name, null));
      return;
    }
    lane.failures = 0;
    if (lane.phase == Lane.Phase.RECORDING) {
      lane.due = 0;
    }
    lane.forgetLoaded();
    switch (lane.phase) {
      case WAITING, LOADING, READY, SLEEPING -> replace(lane);
      default -> {}
    }
  }

  void opened(Lanes which) {
    if (which instanceof Lanes.One(String name)) {
      Lane lane = lanes.get(name);
      if (lane == null) {
        place(remember(name, null));
      } else {
        reopen(lane);
      }
      return;
    }
    inMemory(which).forEach(this::reopen);
    walks.owe(which);
  }

  private void reopen(Lane lane) {
    switch (lane.phase) {
      case WAITING, READY -> follow(lane);
      case SLEEPING -> replace(lane);
      case RECORDING -> lane.due = 0;
      default -> lane.openedMeanwhile = true;
    }
  }

  void shut(Lanes which) {
    for (Lane lane : inMemory(which)) {
      switch (lane.phase) {
        case WAITING, READY -> follow(lane);
        case SLEEPING -> dropIfShut(lane);
        default -> {}
      }
    }
  }

  private void dropIfShut(Lane lane) {
    if (ask(lane.name) instanceof Way.Shut) {
      sleepers.remove(lane);
      drop(lane);
    }
  }

  /** The lanes in memory that the change may be about; rather too many. */
  private List<Lane> inMemory(Lanes which) {
    return switch (which) {
      case Lanes.One(String name) -> Stream.ofNullable(lanes.get(name)).toList();
      case Lanes.Domain(String domain) ->
          lanes.values().stream().filter(l -> l.name.endsWith("@" + domain)).toList();
      case Lanes.NextHop(String name) ->
          lanes.values().stream().filter(l -> l.line == null || l.line.name.equals(name)).toList();
      case Lanes.All() -> List.copyOf(lanes.values());
    };
  }

  // ---- events: what was read

  void loaded(String name, long ticket, List<Delivery> head) {
    Lane lane = lanes.get(name);
    if (lane == null || lane.ticket != ticket) {
      return;
    }
    lane.ticket = 0;
    lane.loaded.addAll(head);
    lane.more |= head.size() >= lane.asked;
    NextHopLine line = leaveLine(lane);
    if (!lane.hasWork()) {
      drop(lane);
    } else if (lane.loaded.isEmpty() || line == null || lane.openedMeanwhile) {
      place(lane);
    } else {
      line.isReady(lane);
    }
  }

  void loadFailed(String name, long ticket) {
    Lane lane = lanes.get(name);
    if (lane != null && lane.ticket == ticket) {
      lane.forgetLoaded();
      leaveLine(lane);
      sleep(lane, now + unknownRetry);
    }
  }

  void walked(Walk walk, List<Backlog.Place> page) {
    walk.asked = false;
    for (Backlog.Place place : page) {
      if (mustPause(walk)) {
        return;
      }
      walk.after = place.lane();
      meet(place);
    }
    if (page.size() < limits.page()) {
      end(walk);
    }
  }

  void walkFailed(Walk walk) {
    walk.asked = false;
    walk.notBefore = now + unknownRetry;
  }

  private static boolean mustPause(Walk walk) {
    return walk.refills != null && walk.refills.isFull();
  }

  private void meet(Backlog.Place place) {
    Lane lane = lanes.get(place.lane());
    if (lane == null) {
      place(remember(place.lane(), place.nextHop()));
      return;
    }
    lane.more = true;
    lane.filedUnder = place.nextHop();
    if (lane.phase == Lane.Phase.WAITING || lane.phase == Lane.Phase.READY) {
      follow(lane);
    }
  }

  private void end(Walk walk) {
    if (walk.refills == null) {
      walks.ended();
    } else {
      walk.refills.refill = null;
    }
  }

  // ---- events: how attempts ended

  /**
   * An attempt begun elsewhere is open for this delivery. Told before its lane's head can show it.
   */
  void adopted(Delivery delivery) {
    String name = delivery.recipient().lane();
    Lane known = lanes.get(name);
    Lane lane = known == null ? remember(name, null) : known;
    lane.adopted++;
    lane.forgetLoaded();
    if (lane.phase == Lane.Phase.SLEEPING) {
      sleepers.remove(lane);
    }
    leaveLine(lane);
    if (lane.phase == Lane.Phase.BETWEEN) {
      lane.phase = Lane.Phase.ADOPTED;
    }
  }

  void ended(Delivery delivery, Outcome outcome) {
    Lane lane = lanes.get(delivery.recipient().lane());
    if (lane == null) {
      return;
    }
    if (lane.phase == Lane.Phase.RUNNING && lane.isRunning(delivery)) {
      ownEnded(lane, delivery, outcome);
    } else if (lane.adopted > 0) {
      adoptedEnded(lane, delivery, outcome);
    }
  }

  private void ownEnded(Lane lane, Delivery delivery, Outcome outcome) {
    NextHopLine line = leaveRunning(lane);
    line.lastReply = outcome.reply();
    learn(line, lane, outcome);
    if (outcome instanceof Outcome.Shut) {
      shutAtTheGate(lane);
      return;
    }
    lane.phase = Lane.Phase.RECORDING;
    actions.record(delivery, outcome, react(lane, line, outcome));
  }

  private NextHopLine leaveRunning(Lane lane) {
    NextHopLine line = line(Objects.requireNonNull(lane.line).name);
    line.running.remove(lane);
    line.lastUse = now;
    return line;
  }

  private void learn(NextHopLine line, Lane lane, Outcome outcome) {
    switch (outcome) {
      case Outcome.Delivered _ -> {
        line.answered(now - lane.begun, now);
        line.meter.delivered(now);
      }
      case Outcome.Refused _ -> line.answered(now - lane.begun, now);
      case Outcome.Deferred d when d.scope() == Outcome.Scope.LANE ->
          line.answered(now - lane.begun, now);
      case Outcome.Deferred _ -> line.breaker.failed(lane, lane.begun, now);
      case Outcome.Uncertain _ -> line.breaker.lost(lane, now);
      case Outcome.Shut _ -> line.breaker.toldNothing(lane, now);
    }
  }

  /** What the outcome means for the lane; the wait before the next attempt, negative for none. */
  private long react(Lane lane, @Nullable NextHopLine line, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered _ -> {
        lane.done++;
        lane.failures = 0;
        lane.strikes = 0;
        yield -1;
      }
      case Outcome.Deferred d when d.scope() == Outcome.Scope.NEXT_HOP -> strike(lane, line);
      case Outcome.Deferred _, Outcome.Uncertain _ -> backOff(lane);
      case Outcome.Refused _, Outcome.Shut _ -> -1;
    };
  }

  private long backOff(Lane lane) {
    long wait = retries.after(++lane.failures);
    lane.due = Math.max(lane.due, now + wait);
    lane.forgetLoaded();
    return wait;
  }

  /**
   * Its next hop failed: the lane waits in line, behind the others. But mail at which a next hop
   * fails again and again while it answers others must not keep breaking it for them.
   */
  private long strike(Lane lane, @Nullable NextHopLine line) {
    boolean othersWereAnswered = line != null && line.lastAnswer > lane.begun;
    lane.strikes = othersWereAnswered || lane.strikes == 0 ? lane.strikes + 1 : lane.strikes;
    lane.forgetLoaded();
    if (lane.strikes > MOST_STRIKES) {
      return backOff(lane);
    }
    return line == null ? 0 : Math.max(0, line.breaker.nextProbe() - now);
  }

  /** The way said open, the gate said shut: one of them was asked too early. */
  private void shutAtTheGate(Lane lane) {
    lane.running = null;
    lane.phase = Lane.Phase.BETWEEN;
    lane.forgetLoaded();
    if (lane.adopted == 0 && !lane.openedMeanwhile && ask(lane.name) instanceof Way.Open) {
      sleep(lane, now + unknownRetry);
    } else {
      place(lane);
    }
  }

  private void adoptedEnded(Lane lane, Delivery delivery, Outcome outcome) {
    if (outcome instanceof Outcome.Shut) {
      adoptedSettled(lane);
      return;
    }
    NextHopLine line = ask(lane.name) instanceof Way.Open open ? line(open.nextHop()) : null;
    boolean nextHopFailed =
        outcome instanceof Outcome.Deferred d && d.scope() == Outcome.Scope.NEXT_HOP;
    if (line != null && nextHopFailed) {
      line.breaker.failed(null, now, now);
    }
    actions.record(delivery, outcome, react(lane, line, outcome));
  }

  /** The delivery is not there any more, nothing was tried. Its lane is read again, not at once. */
  void gone(Delivery delivery) {
    Lane lane = lanes.get(delivery.recipient().lane());
    if (lane == null || lane.phase != Lane.Phase.RUNNING || !lane.isRunning(delivery)) {
      return;
    }
    leaveRunning(lane).breaker.toldNothing(lane, now);
    lane.running = null;
    lane.forgetLoaded();
    lane.phase = Lane.Phase.BETWEEN;
    if (lane.adopted > 0) {
      place(lane);
    } else {
      sleep(lane, now + unknownRetry);
    }
  }

  /** How the attempt ended is written. */
  void recorded(Delivery delivery) {
    stalled = false;
    Lane lane = lanes.get(delivery.recipient().lane());
    if (lane == null) {
      return;
    }
    if (lane.phase == Lane.Phase.RECORDING && lane.isRunning(delivery)) {
      lane.running = null;
      lane.phase = Lane.Phase.BETWEEN;
      goOn(lane);
    } else if (lane.adopted > 0) {
      adoptedSettled(lane);
    }
  }

  private void adoptedSettled(Lane lane) {
    lane.adopted--;
    lane.more = true;
    if (lane.phase == Lane.Phase.ADOPTED) {
      lane.phase = Lane.Phase.BETWEEN;
      goOn(lane);
    }
  }

  /** Outcomes cannot be written: nothing new is tried until one can. */
  void stalled() {
    stalled = true;
  }

  /** Nothing new is begun any more. */
  void stop() {
    stopping = true;
  }

  // ---- where a lane goes next

  private void goOn(Lane lane) {
    NextHopLine line = lane.line;
    if (lane.adopted > 0) {
      lane.phase = Lane.Phase.ADOPTED;
    } else if (lane.due > now) {
      sleep(lane, lane.due);
    } else if (!lane.hasWork()) {
      drop(lane);
    } else if (line == null) {
      place(lane);
    } else {
      // It had room already. The way is asked when its turn comes.
      line(line.name).enqueue(lane);
    }
  }

  private void place(Lane lane) {
    if (lane.adopted > 0) {
      lane.phase = Lane.Phase.ADOPTED;
      return;
    }
    place(lane, ask(lane.name));
  }

  private void place(Lane lane, Way way) {
    lane.openedMeanwhile = false;
    switch (way) {
      case Way.Open(String nextHop, int priority) -> {
        lane.priority = priority;
        enqueueIfRoom(lane, line(nextHop));
      }
      case Way.Shut _ -> drop(lane);
      case Way.Unknown _ -> sleep(lane, now + unknownRetry);
    }
  }

  private void enqueueIfRoom(Lane lane, NextHopLine line) {
    if (!line.isFull()) {
      line.enqueue(lane);
      return;
    }
    line.more = true;
    line.strays |= !line.name.equals(lane.filedUnder);
    drop(lane);
  }

  /** Takes a lane out of where it waits and asks its way anew. */
  private void replace(Lane lane) {
    if (lane.phase == Lane.Phase.SLEEPING) {
      sleepers.remove(lane);
      lane.due = 0;
    } else {
      leaveLine(lane);
    }
    place(lane);
  }

  /** A waiting lane stays where it is unless its way leads elsewhere now. */
  private void follow(Lane lane) {
    Way way = ask(lane.name);
    NextHopLine line = lane.line;
    boolean same =
        line != null
            && way instanceof Way.Open(String to, int p)
            && line.name.equals(to)
            && p == lane.priority;
    if (!same) {
      leaveLine(lane);
      place(lane, way);
    }
  }

  private void sleep(Lane lane, long until) {
    if (sleepers.size() >= limits.sleepers()) {
      long at = Math.max(until, now + WALK_PAUSE);
      walkAllAt = walkAllAt == Long.MAX_VALUE ? at : walkAllAt;
      drop(lane);
      return;
    }
    lane.due = until;
    sleepers.add(lane);
  }

  private Lane remember(String name, @Nullable String filedUnder) {
    Lane lane = new Lane(name, filedUnder);
    lanes.put(name, lane);
    return lane;
  }

  private void drop(Lane lane) {
    lanes.remove(lane.name);
  }

  private @Nullable NextHopLine leaveLine(Lane lane) {
    NextHopLine line = lane.line;
    if (line != null) {
      line.leave(lane);
    }
    return line;
  }

  private Way ask(String name) {
    return ways.apply(name);
  }

  private NextHopLine line(String name) {
    NextHopLine line = lines.get(name);
    if (line == null) {
      line = new NextHopLine(name, limits, probes);
      line.lastUse = now;
      lines.put(name, line);
    }
    return line;
  }

  // ---- the turn: what happens by itself

  /** Begins whatever may begin now. */
  void turn() {
    if (stopping) {
      return;
    }
    for (Lane lane = sleepers.wake(now); lane != null; lane = sleepers.wake(now)) {
      lane.due = 0;
      place(lane);
    }
    walkWide();
    for (NextHopLine line : List.copyOf(lines.values())) {
      refill(line);
      serve(line);
    }
    forgetIdleLines();
  }

  private void walkWide() {
    if (walkAllAt <= now) {
      walkAllAt = Long.MAX_VALUE;
      walks.owe(new Lanes.All());
    }
    Walk walk = walks.current();
    if (walk != null) {
      step(walk);
    }
  }

  private void refill(NextHopLine line) {
    if (!line.hasRoom()) {
      return;
    }
    if (line.refill == null && line.more) {
      Lanes which = line.strays ? new Lanes.All() : new Lanes.NextHop(line.name);
      line.more = false;
      line.strays = false;
      line.refill = new Walk(which, line);
    }
    if (line.refill != null) {
      step(line.refill);
    }
  }

  private void step(Walk walk) {
    if (!walk.asked && walk.notBefore <= now) {
      walk.asked = true;
      actions.page(walk, walk.which, walk.after, limits.page());
    }
  }

  private void serve(NextHopLine line) {
    fetch(line);
    while (!stalled && line.mayBegin(now)) {
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
    Way way = ask(lane.name);
    if (!(way instanceof Way.Open(String to, int _)) || !to.equals(line.name)) {
      place(lane, way);
      return;
    }
    Delivery delivery = lane.loaded.removeFirst();
    lane.phase = Lane.Phase.RUNNING;
    lane.running = delivery;
    lane.begun = now;
    lane.openedMeanwhile = false;
    line.begins(lane, now);
    actions.attempt(delivery);
  }

  private void forgetIdleLines() {
    Iterator<NextHopLine> each = lines.values().iterator();
    while (each.hasNext()) {
      NextHopLine line = each.next();
      if (line.isIdle() && now - line.lastUse > IDLE) {
        each.remove();
      }
    }
  }

  /** When {@link #turn} must come at the latest; {@link Long#MAX_VALUE}: only after an event. */
  long nextTurn() {
    if (stopping) {
      return Long.MAX_VALUE;
    }
    long next = Math.min(sleepers.next(), walkAllAt);
    Walk wide = walks.current();
    if (wide != null && !wide.asked) {
      next = Math.min(next, wide.notBefore);
    }
    for (NextHopLine line : lines.values()) {
      next = Math.min(next, nextTurn(line));
    }
    return next;
  }

  private long nextTurn(NextHopLine line) {
    long begin = stalled ? Long.MAX_VALUE : line.nextBegin(now);
    Walk refill = line.refill;
    if (refill == null || refill.asked || !line.hasRoom()) {
      return begin;
    }
    return Math.min(begin, refill.notBefore);
  }

  // ---- what is going on

  /** The deliveries whose attempts, begun here, are open. */
  List<Delivery> open() {
    List<Delivery> open = new ArrayList<>();
    for (Lane lane : lanes.values()) {
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
        lines.values().stream().map(line -> status(line, wall)).toList();
    return new DispatchStatus(wall, each, sleepers.size(), walks.size(), stalled);
  }

  private DispatchStatus.NextHop status(NextHopLine line, Instant wall) {
    boolean open = line.breaker.state() == DispatchStatus.Breaker.OPEN;
    long began = line.meter.began();
    return new DispatchStatus.NextHop(
        line.name,
        line.breaker.state(),
        open ? wall.plusNanos(line.breaker.nextProbe() - now) : null,
        line.lastReply,
        line.running.size(),
        line.concurrency.allowed(),
        line.size(),
        line.more || line.refill != null,
        line.meter.done(),
        line.meter.rate(now),
        began < 0 ? null : wall.plusNanos(began - now),
        lanesOf(line));
  }

  private static List<DispatchStatus.Lane> lanesOf(NextHopLine line) {
    Stream<Lane> waiting = Stream.concat(line.ready.stream(), line.waiting.stream());
    return Stream.concat(line.running.stream(), waiting)
        .limit(DispatchStatus.NextHop.LANES)
        .map(l -> new DispatchStatus.Lane(l.name, l.done, l.phase == Lane.Phase.RUNNING))
        .toList();
  }
}
