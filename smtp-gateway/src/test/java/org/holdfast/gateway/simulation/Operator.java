package org.holdfast.gateway.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.holdqueue.simulation.Agenda;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * Who gives orders to the map: one flip after the other, some of them waited for. What was ordered
 * is noted in {@link Orders} from what the order means, not from what the map made of it.
 */
final class Operator {

  private static final List<UserState> STATES =
      List.of(
          UserState.ACTIVE,
          UserState.ACTIVE,
          UserState.ACTIVE,
          UserState.ACTIVE,
          UserState.MOVING,
          UserState.MOVING,
          UserState.RECOVERING,
          UserState.CLOSED);

  private final World world;
  private final Agenda agenda;
  private final Routing routing;
  private final Orders orders;
  private final Set<Waiting> waiting = new LinkedHashSet<>();
  private boolean busy;

  Operator(World world, Routing routing) {
    this.world = world;
    this.agenda = world.agenda;
    this.routing = routing;
    this.orders = world.orders;
  }

  /** Flips of users that are made, and not waited for to the end. */
  private final class Waiting {
    private final Routing.BegunFlips begun;
    private final List<String> users;
    private final Set<String> switching;
    private final long until;

    private final boolean away;

    /** The newest order of each: what was ordered since makes this one's answer old. */
    private final Map<String, Integer> ordered = new HashMap<>();

    Waiting(
        Routing.BegunFlips begun,
        List<String> users,
        boolean away,
        Set<String> switching,
        long until) {
      this.away = away;
      users.forEach(user -> ordered.put(user, orders.user(user).ordered));
      this.begun = begun;
      this.users = users;
      this.switching = switching;
      this.until = until;
    }

    void look(Agenda.Life life) {
      boolean open = routing.open().stream().anyMatch(o -> users.contains(o.mailbox()));
      if (open && agenda.now() < until) {
        life.at(agenda.now() + 300 * Agenda.MILLI, () -> look(life));
        return;
      }
      finish(true);
    }

    /**
     * @param heard somebody is told what it came to
     */
    void finish(boolean heard) {
      waiting.remove(this);
      List<Routing.UserFlip> results = waited();
      for (Routing.UserFlip result : results) {
        if (switching.contains(result.address())) {
          switched(result);
        }
      }
      orders.changed();
      for (Routing.UserFlip result : results) {
        Flip flip = result.flip();
        boolean quiesced = flip != null && (flip.quiesced() || world.broken == Broken.NO_DRAIN);
        Integer newest = orders.user(result.address()).ordered;
        if (heard && quiesced && newest.equals(ordered.get(result.address()))) {
          List<String> user = List.of(result.address());
          world.quiesced(new Quiesced("flip of " + result.address(), user, null, away));
        }
      }
    }

    private List<Routing.UserFlip> waited() {
      try {
        return begun.await(Duration.ZERO);
      } catch (MapUnavailableException e) {
        throw new IllegalStateException(e);
      }
    }

    private void switched(Routing.UserFlip result) {
      Orders.UserRow row = orders.user(result.address());
      row.switching = false;
      world.troubleUntil(result.address(), agenda.now());
      User now = result.user();
      Flip flip = result.flip();
      if (flip != null && flip.changed() && now != null) {
        row.pair = now.pair();
      }
    }
  }

  /** Somebody else's order comes while a delivery is at the gate. */
  void meanwhile() {
    if (!busy && !world.healed && agenda.chance(world.climate.flips() / 4)) {
      flip();
    }
  }

  /** One order. */
  void flip() {
    Gateway gateway = world.gateway;
    if (gateway == null || gateway.life.hasEnded()) {
      return;
    }
    busy = true;
    try {
      flip(gateway.life);
      world.count(World.Kind.FLIPS);
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    } catch (RefusedChangeException e) {
      world.trace.say("refused: %s", e);
    } finally {
      busy = false;
    }
  }

  private void flip(Agenda.Life life) throws MapUnavailableException, RefusedChangeException {
    switch (agenda.random().nextInt(12)) {
      case 0, 1, 2, 3, 4, 5 -> {
        String pair = agenda.chance(40) ? agenda.any(Users.PAIRS) : null;
        flip(life, List.of(agenda.any(Users.ALL)), agenda.any(STATES), pair);
      }
      case 6 -> {
        UserState state = agenda.chance(50) ? UserState.ACTIVE : UserState.MOVING;
        List<String> some = Users.ALL.stream().filter(_ -> agenda.chance(50)).toList();
        flip(life, some, state, agenda.chance(60) ? agenda.any(Users.PAIRS) : null);
      }
      case 7, 8 -> hold(agenda.any(Users.PAIRS));
      case 9 -> failover(agenda.any(Users.PAIRS));
      case 10 -> holdDomain(agenda.any(Users.DOMAINS));
      default -> holdEverything();
    }
  }

  /** These users get this state, and this pair if there is one. */
  void flip(Agenda.Life life, List<String> users, UserState state, @Nullable String pair)
      throws MapUnavailableException {
    world.trace.say("order: %s %s %s", users, state, String.valueOf(pair));
    List<Routing.UserChange> changes = new ArrayList<>();
    Set<String> switching = new HashSet<>();
    for (String user : users) {
      changes.add(new Routing.UserChange(user, state, pair, null));
      note(user, state, pair, switching);
      world.troubleUntil(user, agenda.now());
    }
    Routing.BegunFlips begun = routing.beginUserStates(changes, Users.OPERATOR);
    orders.changed();
    long patience = agenda.any(List.of(0L, Agenda.SECOND, 90 * Agenda.SECOND));
    Waiting made =
        new Waiting(begun, users, state != UserState.ACTIVE, switching, agenda.now() + patience);
    waiting.add(made);
    if (patience == 0) {
      made.finish(true);
    } else {
      life.within(5 * Agenda.MILLI, () -> made.look(life));
    }
  }

  private void note(String user, UserState state, @Nullable String pair, Set<String> switching) {
    Orders.UserRow row = orders.user(user);
    row.ordered++;
    String to = pair == null ? row.pair : pair;
    boolean bothActive = row.state == UserState.ACTIVE && state == UserState.ACTIVE;
    if (bothActive && !to.equals(row.pair)) {
      if (!row.switching) {
        row.switching = true;
        switching.add(user);
      }
      return; // a second one at a time is refused
    }
    if (row.state == UserState.CLOSED || state == UserState.CLOSED) {
      row.closedUntil = state == UserState.CLOSED ? Long.MAX_VALUE : agenda.now();
    }
    row.state = state;
    row.pair = to;
  }

  private void hold(String pair) throws MapUnavailableException, RefusedChangeException {
    holdPair(pair, !orders.heldPairs.contains(pair));
  }

  void holdPair(String pair, boolean on) throws MapUnavailableException, RefusedChangeException {
    world.trace.say("order: pair %s %s", pair, on ? "on hold" : "released");
    world.trouble(pair);
    set(orders.heldPairs, pair, on);
    held(new Target.OfPair(pair), on, Users.ALL);
  }

  private void holdDomain(String domain) throws MapUnavailableException, RefusedChangeException {
    holdDomain(domain, !orders.heldDomains.contains(domain));
  }

  void holdDomain(String domain, boolean on)
      throws MapUnavailableException, RefusedChangeException {
    world.trace.say("order: domain %s %s", domain, on ? "on hold" : "released");
    world.troubleForAll();
    set(orders.heldDomains, domain, on);
    held(new Target.OfDomain(domain), on, orders.in(domain));
  }

  private void holdEverything() throws MapUnavailableException, RefusedChangeException {
    if (orders.everythingHeld || agenda.chance(30)) {
      holdEverything(!orders.everythingHeld);
    }
  }

  void holdEverything(boolean on) throws MapUnavailableException, RefusedChangeException {
    world.trace.say("order: everything %s", on ? "on hold" : "released");
    world.troubleForAll();
    orders.everythingHeld = on;
    held(new Target.Everything(), on, Users.ALL);
  }

  private static void set(Set<String> held, String what, boolean on) {
    boolean _ = on ? held.add(what) : held.remove(what);
  }

  private void held(Target target, boolean on, List<String> users)
      throws MapUnavailableException, RefusedChangeException {
    Flip flip = routing.setHold(target, on, Users.OPERATOR, Duration.ZERO);
    orders.changed();
    if (!on) {
      return;
    }
    if (flip.quiesced() || world.broken == Broken.NO_DRAIN) {
      String pair = target instanceof Target.OfPair(String name) ? name : null;
      world.quiesced(new Quiesced(target.toString(), users, pair, true));
    }
  }

  /** Asked once more, of what is on hold already: is it quiesced by now? */
  void askAgain() {
    for (String pair : List.copyOf(orders.heldPairs)) {
      try {
        held(new Target.OfPair(pair), true, Users.ALL);
      } catch (MapUnavailableException | RefusedChangeException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The pair's other member becomes its active one, if nothing is open. */
  void failover(String pair) throws MapUnavailableException, RefusedChangeException {
    String before = String.valueOf(orders.active.get(pair));
    String after = Users.member(pair, before.endsWith("-a"));
    world.trouble(pair);
    Flip flip = routing.putPair(pair, Users.members(pair), after, Users.OPERATOR, Duration.ZERO);
    world.trace.say("order: %s fails over to %s: %s", pair, after, flip);
    if (flip.changed()) {
      orders.active.put(pair, after);
      orders.changed();
      world.quiesced(new Quiesced("failover of " + pair, Users.ALL, pair, true));
    }
  }

  /** The gateway is dead, and who waits for an answer hears none. */
  void abandon() {
    for (Waiting each : List.copyOf(waiting)) {
      each.finish(false);
    }
  }

  /** Everything is opened again, each with an order of its own. */
  void openEverything(Agenda.Life life) throws MapUnavailableException, RefusedChangeException {
    if (orders.everythingHeld) {
      holdEverything(false);
    }
    for (String domain : List.copyOf(orders.heldDomains)) {
      holdDomain(domain, false);
    }
    for (String pair : List.copyOf(orders.heldPairs)) {
      holdPair(pair, false);
    }
    for (String user : Users.ALL) {
      if (orders.user(user).state != UserState.ACTIVE) {
        flip(life, List.of(user), UserState.ACTIVE, null);
      }
    }
  }

  /** The map stands as it was ordered. */
  void mapMustStandAsOrdered() {
    try {
      for (String name : Users.ALL) {
        User is = routing.user(name).orElseThrow();
        Orders.UserRow should = orders.user(name);
        if (is.state() != should.state || !is.pair().equals(should.pair)) {
          throw world.breaks("MapStandsAsOrdered", is + " should be " + should.state + should.pair);
        }
      }
      for (Pair is : routing.pairs()) {
        boolean held = orders.heldPairs.contains(is.name());
        if (is.onHold() != held || !is.active().equals(orders.active.get(is.name()))) {
          throw world.breaks("MapStandsAsOrdered", is.toString());
        }
      }
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }
}
