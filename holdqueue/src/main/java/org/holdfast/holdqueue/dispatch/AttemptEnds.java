package org.holdfast.holdqueue.dispatch;

import java.util.Objects;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * How attempts ended, those of our own and those begun elsewhere: what that means for the next hop
 * and for the lane. Not thread-safe.
 */
final class AttemptEnds {

  /** A lane fails so often as its next hop's trouble, others being answered: it is the lane's. */
  private static final int MOST_STRIKES = 2;

  private final Placement placement;
  private final Actions actions;
  private final Backoff retries;

  AttemptEnds(Placement placement, Actions actions, Backoff retries) {
    this.placement = placement;
    this.actions = actions;
    this.retries = retries;
  }

  /**
   * An attempt begun elsewhere is open for this delivery. Told before its lane's head can show it.
   */
  void adopted(Delivery delivery) {
    String name = delivery.recipient().lane();
    Lane known = placement.lane(name);
    Lane lane = known == null ? placement.remember(name, null) : known;
    lane.adopted++;
    lane.forgetLoaded();
    placement.rouse(lane);
    placement.leaveLine(lane);
    if (lane.phase == Lane.Phase.BETWEEN) {
      lane.phase = Lane.Phase.ADOPTED;
    }
  }

  void ended(Delivery delivery, Outcome outcome) {
    Lane lane = placement.lane(delivery.recipient().lane());
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
    Member member = asked(lane);
    member.leaves(lane, outcome.reply());
    learn(member, lane, outcome);
    if (outcome instanceof Outcome.Delivered) {
      line.meter.delivered(placement.now());
    }
    if (outcome instanceof Outcome.Shut) {
      shutAtTheGate(lane);
      return;
    }
    lane.phase = Lane.Phase.RECORDING;
    actions.record(delivery, outcome, react(lane, member, outcome), false);
  }

  /** Whom the attempt that is open, or was just now, went to. */
  private static Member asked(Lane lane) {
    return Objects.requireNonNull(lane.member);
  }

  private NextHopLine leaveRunning(Lane lane) {
    NextHopLine line = placement.keep(Objects.requireNonNull(lane.line));
    line.running.remove(lane);
    line.lastUse = placement.now();
    return line;
  }

  private void learn(Member member, Lane lane, Outcome outcome) {
    long now = placement.now();
    switch (outcome) {
      case Outcome.Delivered _, Outcome.Refused _, Outcome.Returned _ ->
          member.answered(now - lane.begun, now);
      case Outcome.Deferred d when d.scope() == Outcome.Scope.LANE ->
          member.answered(now - lane.begun, now);
      case Outcome.Deferred _ -> member.breaker.failed(lane, lane.begun, now);
      case Outcome.Uncertain _ -> member.breaker.lost(lane, now);
      case Outcome.Shut _ -> member.breaker.toldNothing(lane, now);
    }
  }

  /** What the outcome means for the lane; the wait before the next attempt, negative for none. */
  private long react(Lane lane, @Nullable Member member, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered _ -> {
        lane.done++;
        lane.failures = 0;
        lane.strikes = 0;
        yield -1;
      }
      case Outcome.Deferred d when d.scope() == Outcome.Scope.NEXT_HOP -> strike(lane, member);
      case Outcome.Deferred _, Outcome.Uncertain _ -> backOff(lane);
      case Outcome.Refused _, Outcome.Returned _, Outcome.Shut _ -> -1;
    };
  }

  private long backOff(Lane lane) {
    long wait = retries.after(++lane.failures);
    lane.due = Math.max(lane.due, placement.now() + wait);
    lane.forgetLoaded();
    return wait;
  }

  /**
   * Its next hop failed: the lane waits in line, behind the others. But mail at which a next hop
   * fails again and again while it answers others must not keep breaking it for them.
   */
  private long strike(Lane lane, @Nullable Member member) {
    boolean othersWereAnswered = member != null && member.lastAnswer() > lane.begun;
    lane.strikes = othersWereAnswered || lane.strikes == 0 ? lane.strikes + 1 : lane.strikes;
    lane.forgetLoaded();
    if (lane.strikes > MOST_STRIKES) {
      return backOff(lane);
    }
    return member == null ? 0 : Math.max(0, member.breaker.nextProbe() - placement.now());
  }

  /** The way said open, the gate said shut: one of them was asked too early. */
  private void shutAtTheGate(Lane lane) {
    lane.running = null;
    lane.phase = Lane.Phase.BETWEEN;
    lane.forgetLoaded();
    if (lane.adopted == 0
        && !lane.openedMeanwhile
        && placement.ask(lane.name) instanceof Way.Open) {
      placement.sleepAWhile(lane);
    } else {
      placement.place(lane);
    }
  }

  private void adoptedEnded(Lane lane, Delivery delivery, Outcome outcome) {
    if (outcome instanceof Outcome.Shut) {
      adoptedSettled(lane);
      return;
    }
    Member member =
        placement.ask(lane.name) instanceof Way.Open(String to, String name, int _)
            ? placement.line(to, name).member
            : null;
    boolean nextHopFailed =
        outcome instanceof Outcome.Deferred d && d.scope() == Outcome.Scope.NEXT_HOP;
    if (member != null && nextHopFailed) {
      member.breaker.failed(null, placement.now(), placement.now());
    }
    actions.record(delivery, outcome, react(lane, member, outcome), true);
  }

  /** The delivery is not there any more, nothing was tried. Its lane is read again, not at once. */
  void gone(Delivery delivery) {
    Lane lane = placement.lane(delivery.recipient().lane());
    if (lane == null || lane.phase != Lane.Phase.RUNNING || !lane.isRunning(delivery)) {
      return;
    }
    leaveRunning(lane);
    asked(lane).leaves(lane);
    asked(lane).breaker.toldNothing(lane, placement.now());
    lane.running = null;
    lane.forgetLoaded();
    lane.phase = Lane.Phase.BETWEEN;
    if (lane.adopted > 0) {
      placement.place(lane);
    } else {
      placement.sleepAWhile(lane);
    }
  }

  /** How the attempt ended is written. */
  void recorded(Delivery delivery) {
    Lane lane = placement.lane(delivery.recipient().lane());
    if (lane == null) {
      return;
    }
    if (lane.phase == Lane.Phase.RECORDING && lane.isRunning(delivery)) {
      lane.running = null;
      lane.phase = Lane.Phase.BETWEEN;
      placement.goOn(lane);
    } else if (lane.adopted > 0) {
      adoptedSettled(lane);
    }
  }

  private void adoptedSettled(Lane lane) {
    lane.adopted--;
    lane.more = true;
    if (lane.phase == Lane.Phase.ADOPTED) {
      lane.phase = Lane.Phase.BETWEEN;
      placement.goOn(lane);
    }
  }
}
