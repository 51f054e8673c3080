package org.holdfast.gateway.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.gateway.deliver.Transaction.Origin;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.DrivenQueue;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.simulation.Agenda;

/**
 * The promises of {@code interface.md} section 4, and the bounds that make them worth something.
 */
final class Invariants {

  private Invariants() {}

  static List<Invariant> all(World world) {
    return List.of(
        new NothingAcceptedIsLost(world),
        new NotBelievedIsParked(),
        new NoBounceForOurTrouble(world),
        new QuiescedIsTrue(world),
        new NothingIsStranded(world),
        new OrderPerUserIsKept(world),
        new DuplicatesHaveACause(world),
        new OthersAreNotSlowedDown(world),
        new OneAtATimeFromTheQueue(world),
        new LimitsAreKept(world),
        new MemoryIsBounded(world),
        new PermitsAreGivenBack(world));
  }

  /** What the queue has, by id and mailbox; true: parked. */
  private static Map<String, Boolean> held(Gateway gateway) {
    Map<String, Boolean> held = new HashMap<>();
    for (DrivenQueue.Item item : gateway.queue.items()) {
      Delivery delivery = item.delivery();
      held.put(delivery.envelope().id() + ' ' + delivery.recipient().lane(), item.parked());
    }
    return held;
  }

  /** Promise 1: who heard 250 may forget the message; no crash takes it away. */
  static final class NothingAcceptedIsLost implements Invariant {
    private final World world;

    NothingAcceptedIsLost(World world) {
      this.world = world;
    }

    @Override
    public void recovered(Gateway gateway) {
      Map<String, Boolean> held = held(gateway);
      for (Letter letter : world.letters) {
        boolean safe =
            !letter.isAccepted()
                || letter.copies > 0
                || letter.gone
                || held.containsKey(letter.id + ' ' + letter.lane);
        require(safe, () -> letter + " was accepted and is nowhere");
      }
    }

    @Override
    public void atRest(Gateway gateway) {
      recovered(gateway);
    }
  }

  /** Promise 2: 5xx only for what a backend said of the mailbox or message, or a closed user. */
  static final class NoBounceForOurTrouble implements Invariant {
    private final World world;

    NoBounceForOurTrouble(World world) {
      this.world = world;
    }

    @Override
    public void told(Letter letter, Reply reply) {
      boolean closed = world.orders.user(letter.lane).closedUntil >= letter.submitted;
      require(
          !reply.permanent() || closed || !letter.refusals.isEmpty(),
          () -> letter + " was bounced: " + reply.line());
    }
  }

  /** Promise 3: after "quiesced" nothing is open to the old place, nor will be. */
  static final class QuiescedIsTrue implements Invariant {
    private final World world;

    QuiescedIsTrue(World world) {
      this.world = world;
    }

    @Override
    public void quiesced(Quiesced flip) {
      for (String user : flip.users()) {
        String place =
            flip.away() ? world.orders.place(user).orElse("nowhere") : world.orders.home(user);
        for (Open open : world.open) {
          boolean away = flip.speaksOf(open.member) && !open.member.equals(place);
          require(
              !open.isFor(user) || !away,
              () -> "%s was quiesced, but open is %s".formatted(flip, open));
        }
      }
    }

    @Override
    public void begins(Open transaction) {
      for (String lane : transaction.lanes) {
        require(
            world.orders.user(lane).places.contains(transaction.member),
            () -> "%s begins after it was quiesced away from there".formatted(transaction));
      }
    }
  }

  /** Promise 4: when all is well, whatever may go has gone. */
  static final class NothingIsStranded implements Invariant {
    private final World world;

    NothingIsStranded(World world) {
      this.world = world;
    }

    @Override
    public void atRest(Gateway gateway) {
      gateway
          .queue
          .heads()
          .forEach((lane, head) ->
              require(
                  world.orders.place(lane).isEmpty(),
                  () -> "%s for %s is stranded".formatted(head.envelope().id(), lane)));
    }
  }

  /** Promise 5: what was accepted before a message was handed over reaches the mailbox before. */
  static final class OrderPerUserIsKept implements Invariant {
    private final World world;

    OrderPerUserIsKept(World world) {
      this.world = world;
    }

    @Override
    public void stored(Open transaction, Letter letter) {
      if (letter.copies > 1 || letter.setAside) {
        return;
      }
      for (Letter other : world.lanes.getOrDefault(letter.lane, List.of())) {
        boolean before =
            other.isAccepted()
                && other.accepted < letter.submitted
                && other.lane.equals(letter.lane);
        require(
            !before || other.copies > 0 || other.setAside || other.gone,
            () -> "%s overtook %s".formatted(letter, other));
      }
    }
  }

  /** Promise 6: twice only after a lost reply, a crash, or what a person did. */
  static final class DuplicatesHaveACause implements Invariant {
    private final World world;

    DuplicatesHaveACause(World world) {
      this.world = world;
    }

    @Override
    public void stored(Open transaction, Letter letter) {
      require(
          letter.copies <= 1 + letter.repeats,
          () -> "%s was delivered %d times without a cause".formatted(letter, letter.copies));
    }

    /** What is over for good does not come back; what is not may be tried once more. */
    @Override
    public void recovered(Gateway gateway) {
      for (DrivenQueue.Item item : gateway.queue.items()) {
        Letter letter = gateway.letter(item.delivery());
        require(!letter.overForGood, () -> letter + " was over for good and is back");
        if (letter.copies > 0) {
          letter.mayComeAgain("a crash before its end was on stable storage");
        }
      }
      require(world.open.isEmpty(), () -> "open after a crash: " + world.open);
    }
  }

  /** Promise 7: "no such user" for a user of the map is no reason to bounce, and not to drop. */
  static final class NotBelievedIsParked implements Invariant {

    @Override
    public void told(Letter letter, Reply reply) {
      require(
          !reply.permanent() || !letter.notBelieved || !letter.refusals.isEmpty(),
          () -> letter + " was refused by words that are not believed: " + reply.line());
    }

    @Override
    public void atRest(Gateway gateway) {
      Map<String, Boolean> held = held(gateway);
      for (Letter letter : gateway.world.letters) {
        String name = letter.id + ' ' + letter.lane;
        boolean must = letter.notBelieved && letter.isAccepted() && letter.copies == 0;
        require(
            !must || letter.gone || held.getOrDefault(name, false),
            () -> letter + " was not believed and is not parked");
      }
    }
  }

  /** Promise 8: a lane whose pair is well does not wait for the troubles of others. */
  static final class OthersAreNotSlowedDown implements Invariant {

    private static final long PATIENCE = 30 * Agenda.SECOND;
    private final World world;
    private final Map<String, Waits> since = new HashMap<>();

    /** A lane's first delivery, and since when nothing excuses that it waits. */
    private record Waits(String id, long since) {}

    OthersAreNotSlowedDown(World world) {
      this.world = world;
    }

    @Override
    public void stepped(Gateway gateway) {
      long now = world.agenda.now();
      Map<String, Delivery> heads = gateway.queue.heads();
      since.keySet().retainAll(heads.keySet());
      heads.forEach((lane, head) -> {
        String pair = world.orders.user(lane).pair;
        boolean excused =
            world.orders.place(lane).isEmpty()
                || world.health.get(world.orders.active.get(pair)) != World.Health.WELL
                || world.open.stream()
                    .anyMatch(open ->
                        open.isFor(lane) || (open.pair().equals(pair) && world.isSlow(open)));
        // Another one than at the last look has not waited since then: it may just have come.
        String id = head.envelope().id();
        Waits before = since.get(lane);
        long begin = excused || before == null || !before.id().equals(id) ? now : before.since();
        begin = Math.max(begin, world.troubled);
        begin = Math.max(begin, world.pairTroubled.getOrDefault(pair, 0L));
        begin = Math.max(begin, world.laneTroubled.getOrDefault(lane, 0L));
        since.put(lane, new Waits(id, begin));
        long waited = now - begin;
        require(
            waited < PATIENCE,
            () ->
                "%s for %s waits for %d s although %s is well"
                    .formatted(head.envelope().id(), lane, waited / Agenda.SECOND, pair));
      });
    }
  }

  /** One transaction at a time for a user, out of the queue. */
  static final class OneAtATimeFromTheQueue implements Invariant {
    private final World world;

    OneAtATimeFromTheQueue(World world) {
      this.world = world;
    }

    @Override
    public void begins(Open transaction) {
      if (transaction.origin != Origin.QUEUE) {
        return;
      }
      String lane = transaction.lanes.getFirst();
      for (Open other : world.open) {
        require(
            !other.isTheQueuesFor(lane),
            () -> "%s begins while open is %s".formatted(transaction, other));
      }
    }
  }

  /** Connections and rate of a pair. */
  static final class LimitsAreKept implements Invariant {
    private final World world;
    private final Map<String, Deque<Long>> begun = new HashMap<>();

    LimitsAreKept(World world) {
      this.world = world;
    }

    @Override
    public void begins(Open transaction) {
      if (transaction.origin != Origin.QUEUE) {
        return;
      }
      long open = world.openFromTheQueue(transaction.line) + 1;
      require(
          open <= world.limits.connections(),
          () -> "%d are open for %s".formatted(open, transaction.line));
      if (world.limits.rate() > 0) {
        inTheLastSecond(transaction.line);
      }
    }

    /** What was begun is begun a little later than it was counted: hence the slack. */
    private void inTheLastSecond(String line) {
      long now = world.agenda.now();
      Deque<Long> times = begun.computeIfAbsent(line, _ -> new ArrayDeque<>());
      times.add(now);
      while (times.element() < now - Agenda.SECOND) {
        Long _ = times.remove();
      }
      double most = world.limits.rate() * 1.1 + 2;
      require(
          times.size() <= most, () -> "%d a second are begun for %s".formatted(times.size(), line));
    }

    @Override
    public void recovered(Gateway gateway) {
      begun.clear(); // a restart forgets what it has begun
    }
  }

  /** The dispatcher's memory. */
  static final class MemoryIsBounded implements Invariant {
    private final World world;

    MemoryIsBounded(World world) {
      this.world = world;
    }

    @Override
    public void turned(DispatchStatus status) {
      require(
          status.sleeping() <= world.limits.sleepers(),
          () -> "%d lanes sleep".formatted(status.sleeping()));
      for (DispatchStatus.NextHop each : status.nextHops()) {
        // Lanes whose attempt ended come back to where they had room already.
        int most = world.limits.window() + 2 * world.limits.connections();
        require(
            each.waiting() <= most,
            () -> "%d lanes wait for %s".formatted(each.waiting(), each.name()));
      }
    }
  }

  /** With nothing open no permit is out, and nobody holds a message's memory. */
  static final class PermitsAreGivenBack implements Invariant {
    private final World world;

    PermitsAreGivenBack(World world) {
      this.world = world;
    }

    @Override
    public void atRest(Gateway gateway) {
      require(world.open.isEmpty(), () -> "open at rest: " + world.open);
      require(
          gateway.openPermits() == 0, () -> "%d permits are out".formatted(gateway.openPermits()));
      Set<SimulatedBody> kept = new HashSet<>(gateway.bodies);
      kept.removeIf(SimulatedBody::isReleased);
      require(kept.isEmpty(), () -> "%d contents are not released".formatted(kept.size()));
    }
  }
}
