package org.holdfast.holdqueue.dispatch;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops.Way;
import org.jspecify.annotations.Nullable;

/**
 * Where each lane is, and where it goes next: into the line of its next hop, to sleep, or out of
 * memory. {@link Dispatcher} says why none is stranded. Not thread-safe.
 */
final class Placement {

  /** The least wait before a walk brings back lanes that found no room among the sleepers. */
  private static final long WALK_PAUSE = 10_000_000_000L;

  /** A next hop without lanes is forgotten after this. */
  private static final long IDLE = 120_000_000_000L;

  private DispatchLimits limits;
  private final Function<String, Way> ways;
  private final Backoff probes;
  private final WideWalks walks;
  private final long unknownRetry;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Map<String, NextHopLine> lines = new LinkedHashMap<>();
  private final Sleepers sleepers = new Sleepers();
  private long now;

  /**
   * @param walks are owed when lanes were left out for want of room
   */
  Placement(DispatchLimits limits, Function<String, Way> ways, Backoff probes, WideWalks walks) {
    this.limits = limits;
    this.ways = ways;
    this.probes = probes;
    this.walks = walks;
    this.unknownRetry = limits.unknownRetry().toNanos();
  }

  /** {@link Dispatcher#become}. */
  void become(DispatchLimits other) {
    limits = other;
    lines.values().forEach(line -> line.become(other));
  }

  /** {@link Dispatcher#begin}. */
  void begin(long time) {
    now = Math.max(time, now);
  }

  long now() {
    return now;
  }

  /** Null when it is not in memory. */
  @Nullable Lane lane(String name) {
    return lanes.get(name);
  }

  /** All that are in memory. */
  Collection<Lane> lanes() {
    return lanes.values();
  }

  /** All next hops that are not idle for long. */
  Collection<NextHopLine> lines() {
    return lines.values();
  }

  /** The lanes in memory that the change may be about; rather too many. */
  List<Lane> inMemory(Lanes which) {
    return switch (which) {
      case Lanes.One(String name) -> Stream.ofNullable(lanes.get(name)).toList();
      case Lanes.Domain(String domain) ->
          lanes.values().stream().filter(l -> l.name.endsWith("@" + domain)).toList();
      case Lanes.NextHop(String name) ->
          lanes.values().stream().filter(l -> l.line == null || l.line.name.equals(name)).toList();
      case Lanes.All() -> List.copyOf(lanes.values());
    };
  }

  /** Its attempt has ended and that is written. */
  void goOn(Lane lane) {
    NextHopLine line = lane.line;
    if (lane.adopted > 0) {
      lane.phase = Lane.Phase.ADOPTED;
    } else if (lane.due > now) {
      sleep(lane, lane.due);
    } else if (!lane.hasWork()) {
      drop(lane);
    } else if (line == null || lane.openedMeanwhile) {
      place(lane); // its way may lead elsewhere now, or its priority be another
    } else {
      // It had room already. The way is asked when its turn comes.
      keep(line).enqueue(lane);
    }
  }

  /** To where its way leads now. */
  void place(Lane lane) {
    if (lane.adopted > 0) {
      lane.phase = Lane.Phase.ADOPTED;
      return;
    }
    place(lane, ask(lane.name));
  }

  /** The same; its way has been asked. */
  void place(Lane lane, Way way) {
    lane.openedMeanwhile = false;
    switch (way) {
      case Way.Open(String nextHop, String member, int priority) -> {
        lane.priority = priority;
        enqueueIfRoom(lane, line(nextHop, member));
      }
      case Way.Shut _ -> drop(lane);
      case Way.Unknown _ -> sleepAWhile(lane);
    }
  }

  private void enqueueIfRoom(Lane lane, NextHopLine line) {
    Lane last = line.isFull() ? line.waiting.lastBelow(lane.priority) : null;
    if (last != null) {
      line.leave(last);
      leaveOut(last, line);
    }
    if (last != null || !line.isFull()) {
      line.enqueue(lane);
    } else {
      leaveOut(lane, line);
    }
  }

  /** Out of memory for want of room; a walk brings it back. */
  private void leaveOut(Lane lane, NextHopLine line) {
    line.more = true;
    line.strays |= !line.name.equals(lane.filedUnder);
    drop(lane);
  }

  /** Takes a lane out of where it waits and asks its way anew. */
  void replace(Lane lane) {
    if (lane.phase == Lane.Phase.SLEEPING) {
      sleepers.remove(lane);
      lane.due = 0;
    } else {
      leaveLine(lane);
    }
    place(lane);
  }

  /** A waiting lane stays where it is unless its way leads elsewhere now. */
  void follow(Lane lane) {
    Way way = ask(lane.name);
    NextHopLine line = lane.line;
    if (line != null
        && way instanceof Way.Open(String to, String member, int p)
        && line.name.equals(to)
        && p == lane.priority) {
      line.leadsTo(member);
    } else {
      leaveLine(lane);
      place(lane, way);
    }
  }

  /** Until then; without room, out of memory, and a walk over everything is owed. */
  void sleep(Lane lane, long until) {
    if (sleepers.size() >= limits.sleepers()) {
      walks.oweAllAt(Math.max(until, now + WALK_PAUSE));
      drop(lane);
      return;
    }
    lane.due = until;
    sleepers.add(lane);
  }

  /** A lane that is not in memory comes in. */
  Lane remember(String name, @Nullable String filedUnder) {
    Lane lane = new Lane(name, filedUnder);
    lanes.put(name, lane);
    return lane;
  }

  /** Out of memory; {@link Dispatcher} says why it is not forgotten. */
  void drop(Lane lane) {
    lanes.remove(lane.name);
  }

  /** The line it stood in, if any. */
  @Nullable NextHopLine leaveLine(Lane lane) {
    NextHopLine line = lane.line;
    if (line != null) {
      line.leave(lane);
    }
    return line;
  }

  /** {@link org.holdfast.holdqueue.NextHops#way}. */
  Way ask(String name) {
    return ways.apply(name);
  }

  /** The line of a next hop, made when there is none; it leads to this member. */
  NextHopLine line(String name, String member) {
    NextHopLine line = lines.get(name);
    if (line == null) {
      line = new NextHopLine(name, member, limits, probes);
      line.lastUse = now;
      lines.put(name, line);
    }
    line.leadsTo(member);
    return line;
  }

  /** The same line; it may have been forgotten as idle meanwhile. */
  NextHopLine keep(NextHopLine line) {
    NextHopLine known = lines.putIfAbsent(line.name, line);
    return known == null ? line : known;
  }

  /** What cannot be told now is asked again then. */
  void sleepAWhile(Lane lane) {
    sleep(lane, now + unknownRetry);
  }

  /** A sleeper whose way is shut goes: when it is opened, that is told. */
  void dropSleeperIfShut(Lane lane) {
    if (ask(lane.name) instanceof Way.Shut) {
      sleepers.remove(lane);
      drop(lane);
    }
  }

  /** It does not sleep any more, wherever it goes. */
  void rouse(Lane lane) {
    if (lane.phase == Lane.Phase.SLEEPING) {
      sleepers.remove(lane);
    }
  }

  /** Whoever is due goes on. */
  void wake() {
    for (Lane lane = sleepers.wake(now); lane != null; lane = sleepers.wake(now)) {
      lane.due = 0;
      place(lane);
    }
  }

  /** When the next one is due. */
  long nextWake() {
    return sleepers.next();
  }

  int asleep() {
    return sleepers.size();
  }

  /** Next hops without lanes, for a while. */
  void forgetIdleLines() {
    Iterator<NextHopLine> each = lines.values().iterator();
    while (each.hasNext()) {
      NextHopLine line = each.next();
      boolean idle = line.isIdle();
      line.meter.idle(idle, now);
      if (idle && now - line.lastUse > IDLE) {
        each.remove();
      }
    }
  }
}
