package org.holdfast.holdqueue.dispatch;

import static org.holdfast.holdqueue.dispatch.Invariant.require;

import java.util.List;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.NextHops.Way;

/** The promises of the dispatcher. */
final class Invariants {

  static final List<Invariant> ALL =
      List.of(
          new NothingAcceptedIsLost(),
          new OrderPerLaneIsKept(),
          new OneAttemptPerLane(),
          new NothingIsStranded(),
          new ShutLanesStayShut(),
          new WhatWasTakenAwayIsNotTried(),
          new DuplicatesHaveACause(),
          new LimitsAreKept(),
          new MemoryIsBounded());

  private Invariants() {}

  /** Taken by a next hop, discarded by a person, or still there. */
  static final class NothingAcceptedIsLost implements Invariant {
    @Override
    public void atRest(World world) {
      for (Delivery each : world.accepted.values()) {
        boolean accounted =
            world.taken.containsKey(each.sequence())
                || world.discarded.contains(each.sequence())
                || world.backlog.isParked(each)
                || world.backlog.isPending(each);
        require(
            accounted,
            () -> "%s of %s is lost".formatted(each.sequence(), each.recipient().lane()));
      }
    }
  }

  /** No attempt begins while something older of the same lane waits. */
  static final class OrderPerLaneIsKept implements Invariant {
    @Override
    public void begins(World world, Delivery delivery) {
      String lane = delivery.recipient().lane();
      for (Delivery older : world.backlog.head(lane, Integer.MAX_VALUE)) {
        boolean overtaken = older.sequence() < delivery.sequence() && !world.isNews(lane);
        require(
            !overtaken,
            () -> "%s overtakes %s in %s".formatted(delivery.sequence(), older.sequence(), lane));
      }
    }
  }

  /** An attempt begins only when none is known to be open for its lane, nor for itself at all. */
  static final class OneAttemptPerLane implements Invariant {
    @Override
    public void begins(World world, Delivery delivery) {
      String lane = delivery.recipient().lane();
      require(
          !world.ownOpen.containsKey(lane), () -> "two attempts are open for %s".formatted(lane));
      require(
          !world.adoptedKnown.containsValue(lane),
          () -> "%s did not wait for an adopted attempt".formatted(lane));
      require(
          !world.adoptedOpen.contains(delivery.sequence()),
          () -> "%s is tried although its adopted attempt is open".formatted(delivery.sequence()));
    }
  }

  /** At rest nothing is left whose way is open. */
  static final class NothingIsStranded implements Invariant {
    @Override
    public void atRest(World world) {
      for (Delivery each : world.backlog.pending()) {
        String lane = each.recipient().lane();
        require(
            !(world.way(lane) instanceof Way.Open),
            () -> "%s of %s is stranded".formatted(each.sequence(), lane));
      }
    }
  }

  /** An attempt begins only while the way is open. */
  static final class ShutLanesStayShut implements Invariant {
    @Override
    public void begins(World world, Delivery delivery) {
      String lane = delivery.recipient().lane();
      require(
          world.way(lane) instanceof Way.Open,
          () -> "an attempt began for %s, which is shut".formatted(lane));
    }
  }

  /** Parked, discarded, redirected: not tried once the dispatcher was told. */
  static final class WhatWasTakenAwayIsNotTried implements Invariant {
    @Override
    public void begins(World world, Delivery delivery) {
      boolean there = world.backlog.isPending(delivery);
      boolean told = !world.isNews(delivery.recipient().lane());
      require(
          there || !told,
          () -> "%s is tried although it was taken away".formatted(delivery.sequence()));
    }
  }

  /** Taken twice only after a crash, a lost reply, or an act of a person. */
  static final class DuplicatesHaveACause implements Invariant {
    @Override
    public void taken(World world, Delivery delivery) {
      boolean again = world.taken.getOrDefault(delivery.sequence(), 0) > 1;
      require(
          !again || world.mayRepeat.contains(delivery.sequence()),
          () -> "%s was delivered twice without a cause".formatted(delivery.sequence()));
    }
  }

  /** No more attempts at once for a next hop than its connections. */
  static final class LimitsAreKept implements Invariant {
    @Override
    public void turned(World world, Dispatcher dispatcher) {
      for (String nextHop : World.NEXT_HOPS) {
        long open = world.ownOpen.values().stream().filter(nextHop::equals).count();
        require(
            open <= World.LIMITS.connections(),
            () -> "%d attempts are open for %s".formatted(open, nextHop));
      }
    }
  }

  /** What is in memory is bounded by what is moving. */
  static final class MemoryIsBounded implements Invariant {
    @Override
    public void turned(World world, Dispatcher dispatcher) {
      DispatchStatus status = dispatcher.status(java.time.Instant.EPOCH);
      require(
          status.sleeping() <= World.LIMITS.sleepers(),
          () -> "%d lanes sleep".formatted(status.sleeping()));
      for (DispatchStatus.NextHop each : status.nextHops()) {
        // Lanes whose attempt ended come back to where they had room already.
        int most = World.LIMITS.window() + world.lanes.size() / 2;
        require(
            each.waiting() <= most,
            () -> "%d lanes wait for %s".formatted(each.waiting(), each.name()));
      }
    }
  }
}
