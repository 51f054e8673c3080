package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.holdfast.routing.RefusedChangeException.Kind;

/** Flips of what is wider than a user: a pair, a domain, everything; and a pair's active member. */
final class Holds {

  private final DurableMap map;
  private final Gate gate;
  private final Announcer announcer;
  private final InstantSource clock;

  Holds(DurableMap map, Gate gate, Announcer announcer, InstantSource clock) {
    this.map = map;
    this.gate = gate;
    this.announcer = announcer;
    this.clock = clock;
  }

  /** What the writing part of a flip came to; {@code drain}: whether to wait. */
  private record Written(long epoch, boolean changed, boolean drain) {}

  Flip set(Target target, boolean onHold, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return switch (target) {
      case Target.OfUser _ ->
          throw new RefusedChangeException(Kind.INVALID, "a user has a state, not a hold");
      case Target.OfPair p ->
          flip(now -> pair(now, p, onHold, who), Concern.ofPair(p.pair()), wait);
      case Target.OfDomain d -> domain(canonical(d.domain()), onHold, who, wait);
      case Target.Everything e ->
          flip(
              now -> hold(now, e, WideState.EVERYTHING, onHold, who), Concern.ofEverything(), wait);
    };
  }

  /** What {@link #set} would come to; changes nothing. */
  Routing.HoldPreview preview(Target target, boolean onHold, Who who)
      throws MapUnavailableException, RefusedChangeException {
    return switch (target) {
      case Target.OfUser _ ->
          throw new RefusedChangeException(Kind.INVALID, "a user has a state, not a hold");
      case Target.OfPair p ->
          map.change(now -> {
            Pair pair = known(now, p.pair());
            Pair after =
                new Pair(pair.name(), pair.members(), pair.active(), onHold, standing(now, who));
            return preview(
                pair.onHold() != onHold, new MapChange.PutPair(after), Concern.ofPair(p.pair()));
          });
      case Target.OfDomain d -> preview(canonical(d.domain()), onHold, who);
      case Target.Everything _ ->
          previewHold(WideState.EVERYTHING, onHold, who, Concern.ofEverything());
    };
  }

  private Routing.HoldPreview preview(String domain, boolean onHold, Who who)
      throws MapUnavailableException, RefusedChangeException {
    boolean inhabited = map.change(now -> now.view().inhabited(domain));
    if (onHold && !inhabited) {
      throw nobodyIn(domain);
    }
    return previewHold(domain, onHold, who, Concern.ofDomain(domain));
  }

  private Routing.HoldPreview previewHold(
      String domain, boolean onHold, Who who, Predicate<Gate.Lease> concerns)
      throws MapUnavailableException, RefusedChangeException {
    return map.change(now -> {
      boolean held = now.wide().holds().containsKey(domain);
      return preview(
          held != onHold, new MapChange.PutHold(domain, onHold, standing(now, who)), concerns);
    });
  }

  private Routing.HoldPreview preview(
      boolean changed, MapChange change, Predicate<Gate.Lease> concerns) {
    return new Routing.HoldPreview(changed, change, gate.drain(concerns).giveUp());
  }

  private static RefusedChangeException nobodyIn(String domain) {
    return new RefusedChangeException(
        Kind.NOT_FOUND, "nobody of the map lives in " + domain + " (an alias holds nobody)");
  }

  private static Pair known(LocationMap now, String name) throws RefusedChangeException {
    Pair pair = now.wide().pairs().get(name);
    if (pair == null) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "no pair " + name);
    }
    return pair;
  }

  private static String canonical(String domain) throws RefusedChangeException {
    try {
      return Address.domain(domain);
    } catch (IllegalArgumentException e) {
      throw new RefusedChangeException(Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }

  private Flip domain(String domain, boolean onHold, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    Target target = new Target.OfDomain(domain);
    return flip(
        now -> {
          if (onHold && !now.view().inhabited(domain)) {
            throw nobodyIn(domain);
          }
          return hold(now, target, domain, onHold, who);
        },
        Concern.ofDomain(domain),
        wait);
  }

  private Flip flip(DurableMap.Change<Written> write, Predicate<Gate.Lease> concerns, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    Written written = written(write);
    List<Flip.OpenDelivery> open = List.of();
    if (written.drain()) {
      open = drained(concerns, wait);
    }
    return new Flip(written.epoch(), written.changed(), open.isEmpty(), open);
  }

  private <T> T written(DurableMap.Change<T> write)
      throws MapUnavailableException, RefusedChangeException {
    try {
      return map.change(write);
    } finally {
      announcer.tell();
    }
  }

  private List<Flip.OpenDelivery> drained(Predicate<Gate.Lease> concerns, Duration wait) {
    Gate.Drain drain = gate.drain(concerns);
    Waiting.forAll(drain, wait);
    return drain.giveUp();
  }

  private Written hold(LocationMap now, Target target, String domain, boolean onHold, Who who)
      throws SQLException, MapUnavailableException {
    Standing before = now.wide().holds().get(domain);
    if ((before != null) == onHold) {
      return new Written(before == null ? now.view().epoch() : before.epoch(), false, onHold);
    }
    Standing standing = standing(now, who);
    map.commit(now, List.of(new MapChange.PutHold(domain, onHold, standing)));
    announcer.add(target, !onHold, "");
    return new Written(standing.epoch(), true, onHold);
  }

  private Written pair(LocationMap now, Target.OfPair target, boolean onHold, Who who)
      throws SQLException, MapUnavailableException, RefusedChangeException {
    Pair pair = known(now, target.pair());
    if (pair.onHold() == onHold) {
      return new Written(pair.standing().epoch(), false, onHold);
    }
    Standing standing = standing(now, who);
    Pair after = new Pair(pair.name(), pair.members(), pair.active(), onHold, standing);
    map.commit(now, List.of(new MapChange.PutPair(after)));
    announcer.add(target, !onHold, pair.name());
    return new Written(standing.epoch(), true, onHold);
  }

  private Standing standing(LocationMap now, Who who) {
    return new Standing(who.reason(), Flips.now(clock), who.name(), now.view().epoch() + 1);
  }

  // ---- a pair's members

  /**
   * Creates a pair or changes it. When mail would go to another server than before it is a switch:
   * the pair is shut in memory, drained, changed and opened; when it cannot be drained in time
   * everything stays as it was.
   */
  Flip putPair(String name, List<Member> members, String active, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return putPair(name, members, active, who, wait, false);
  }

  /** {@link Routing#forcePair}. */
  Flip forcePair(String name, List<Member> members, String active, Who who)
      throws MapUnavailableException, RefusedChangeException {
    return putPair(name, members, active, who, Duration.ZERO, true);
  }

  private Flip putPair(
      String name, List<Member> members, String active, Who who, Duration wait, boolean force)
      throws MapUnavailableException, RefusedChangeException {
    PairRules.check(name, members, active);
    Target.OfPair target = new Target.OfPair(name);
    Written first = written(now -> putOrShut(now, target, members, active, who));
    if (!first.drain()) {
      return new Flip(first.epoch(), first.changed(), true, List.of());
    }
    List<Flip.OpenDelivery> open = drained(Concern.ofPair(name), wait);
    boolean go = force || open.isEmpty();
    Written last = written(now -> switchOver(now, target, members, active, who, go));
    return new Flip(last.epoch(), last.changed(), open.isEmpty(), open);
  }

  /** Removes a pair that nobody needs, then waits for what is open to it. */
  Flip removePair(String name, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return flip(now -> remove(now, name, who), Concern.ofPair(name), wait);
  }

  private Written remove(LocationMap now, String name, Who who)
      throws SQLException, MapUnavailableException, RefusedChangeException {
    if (!now.wide().pairs().containsKey(name)) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "no pair " + name);
    }
    long users = now.view().users(name);
    if (users > 0) {
      throw new RefusedChangeException(
          Kind.CONFLICT, users + " users live on the pair " + name + "; move them first");
    }
    if (now.view().isTarget(name)) {
      throw new RefusedChangeException(
          Kind.CONFLICT, "somebody is being moved to the pair " + name);
    }
    if (now.wide().pairsInSwitch().contains(name)) {
      throw new RefusedChangeException(
          Kind.CONFLICT, "pair " + name + " is being switched right now");
    }
    Standing standing = standing(now, who);
    map.commit(now, List.of(new MapChange.RemovePair(name, standing)));
    announcer.add(new Target.OfPair(name), false, name);
    return new Written(standing.epoch(), true, true);
  }

  private Written putOrShut(
      LocationMap now, Target.OfPair target, List<Member> members, String active, Who who)
      throws SQLException, MapUnavailableException, RefusedChangeException {
    Pair before = now.wide().pairs().get(target.pair());
    if (before == null) {
      Pair created = new Pair(target.pair(), members, active, false, standing(now, who));
      map.commit(now, List.of(new MapChange.PutPair(created)));
      announcer.add(target, true, target.pair());
      return new Written(created.standing().epoch(), true, false);
    }
    if (before.members().equals(members) && before.active().equals(active)) {
      return new Written(before.standing().epoch(), false, false);
    }
    if (now.wide().pairsInSwitch().contains(target.pair())) {
      throw new RefusedChangeException(
          Kind.CONFLICT, "pair " + target.pair() + " is being switched already");
    }
    if (before.activeMember().equals(PairRules.member(members, active))) {
      return put(now, before, members, active, who);
    }
    now.wide(wide -> wide.withPairInSwitch(target.pair(), true));
    announcer.add(target, false, target.pair());
    return new Written(before.standing().epoch(), false, true);
  }

  private Written switchOver(
      LocationMap now,
      Target.OfPair target,
      List<Member> members,
      String active,
      Who who,
      boolean go)
      throws SQLException, MapUnavailableException, RefusedChangeException {
    Pair before = Objects.requireNonNull(now.wide().pairs().get(target.pair()));
    boolean shut = now.wide().pairsInSwitch().contains(target.pair());
    try {
      if (!go) {
        return new Written(before.standing().epoch(), false, false);
      }
      if (!shut) {
        throw new RefusedChangeException(
            Kind.CONFLICT, "the map was opened again while " + target.pair() + " was switched");
      }
      return put(now, before, members, active, who);
    } finally {
      now.wide(wide -> wide.withPairInSwitch(target.pair(), false));
      announcer.add(target, !before.onHold(), target.pair());
    }
  }

  /** A hold stays as it is, with its reason; only the epoch is new. */
  private Written put(LocationMap now, Pair before, List<Member> members, String active, Who who)
      throws SQLException, MapUnavailableException {
    Standing fresh = standing(now, who);
    Standing old = before.standing();
    Standing standing =
        before.onHold() ? new Standing(old.reason(), old.since(), old.by(), fresh.epoch()) : fresh;
    Pair after = new Pair(before.name(), members, active, before.onHold(), standing);
    map.commit(now, List.of(new MapChange.PutPair(after)));
    return new Written(standing.epoch(), true, false);
  }
}
