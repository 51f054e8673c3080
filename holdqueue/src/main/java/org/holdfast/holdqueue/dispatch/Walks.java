package org.holdfast.holdqueue.dispatch;

import java.util.List;
import org.holdfast.holdqueue.Lanes;

/**
 * The walks through the backlog that bring lanes into memory: over what was opened at once, and for
 * each next hop over what it had no room for. Not thread-safe.
 */
final class Walks {

  private final DispatchLimits limits;
  private final Placement placement;
  private final Actions actions;
  private final WideWalks wide;
  private final long unknownRetry;

  Walks(DispatchLimits limits, Placement placement, Actions actions, WideWalks wide) {
    this.limits = limits;
    this.placement = placement;
    this.actions = actions;
    this.wide = wide;
    this.unknownRetry = limits.unknownRetry().toNanos();
  }

  /** {@link Actions#page} was answered. */
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

  /** It could not be. */
  void walkFailed(Walk walk) {
    walk.asked = false;
    walk.notBefore = placement.now() + unknownRetry;
  }

  private static boolean mustPause(Walk walk) {
    return walk.refills != null && walk.refills.isFull();
  }

  private void meet(Backlog.Place place) {
    Lane lane = placement.lane(place.lane());
    if (lane == null) {
      placement.place(placement.remember(place.lane(), place.nextHop()));
      return;
    }
    lane.more = true;
    lane.filedUnder = place.nextHop();
    if (lane.phase == Lane.Phase.WAITING || lane.phase == Lane.Phase.READY) {
      placement.follow(lane);
    }
  }

  private void end(Walk walk) {
    if (walk.refills == null) {
      wide.ended();
    } else {
      walk.refills.refill = null;
    }
  }

  /** Goes on with what is owed because many lanes were opened. */
  void walkWide() {
    Walk walk = wide.current(placement.now());
    if (walk != null) {
      step(walk);
    }
  }

  /** Brings lanes back that were left out, if this line has room. */
  void refill(NextHopLine line) {
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
    if (!walk.asked && walk.notBefore <= placement.now()) {
      walk.asked = true;
      actions.page(walk, walk.which, walk.after, limits.page());
    }
  }

  /** When {@link #walkWide} has something to do by itself. */
  long nextWide() {
    Walk walk = wide.current();
    long owed = wide.next();
    return walk == null || walk.asked ? owed : Math.min(owed, walk.notBefore);
  }

  /** The same of {@link #refill}. */
  long nextRefill(NextHopLine line) {
    Walk refill = line.refill;
    if (refill == null || refill.asked || !line.hasRoom()) {
      return Long.MAX_VALUE;
    }
    return refill.notBefore;
  }
}
