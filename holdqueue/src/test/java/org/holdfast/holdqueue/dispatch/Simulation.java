package org.holdfast.holdqueue.dispatch;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run of a dispatcher in a made-up world, in virtual time: what real threads would do is
 * cut into steps, and chance decides when each happens.
 */
final class Simulation {

  private static final long MILLI = 1_000_000;

  /** Of what is told as deferred. */
  private static final long FIRST_RETRY = 50 * MILLI;

  /** Steps after which a world that was healed must have come to rest. */
  private static final int MOST_STEPS_TO_REST = 200_000;

  private record Task(long at, long number, Runnable what) {}

  private final SplittableRandom random;
  private final Fault fault;
  final World world;

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
  private final Queue<Consumer<Dispatcher>> mailbox = new ArrayDeque<>();
  private Deque<Runnable> recorder = new ArrayDeque<>();
  private Dispatcher dispatcher;
  private long now;
  private long numbers;
  private long nextTurn = Long.MAX_VALUE;

  /** Which run of the dispatcher it is: what belongs to an earlier one died with it. */
  private int life;

  private boolean healed;

  Simulation(long seed, Fault fault) {
    this.random = new SplittableRandom(seed);
    this.fault = fault;
    this.world = new World(random.split());
    this.dispatcher = newDispatcher();
  }

  /** Runs this many steps of trouble, then heals the world and waits for rest. */
  void run(int steps) {
    restart();
    for (int i = 0; i < steps; i++) {
      if (random.nextInt(4) == 0) {
        somethingHappens();
      }
      step();
    }
    heal();
    world.lanes.stream().filter(_ -> chance(20)).forEach(world.shut::add);
    rest();
    // With nothing else going on that could repair it, what is stored must be enough to move it.
    world.lanes.forEach(this::arrives);
    rest();
    openForGood();
    rest();
    world.backlog.parkedOnes().forEach(this::unpark);
    rest();
  }

  private void rest() {
    for (int i = 0; !tasks.isEmpty(); i++) {
      Invariant.require(
          i < MOST_STEPS_TO_REST,
          () ->
              "no rest after %d steps: %s, left %s"
                  .formatted(
                      MOST_STEPS_TO_REST,
                      dispatcher.status(Instant.EPOCH),
                      world.backlog.pending()));
      step();
    }
    Invariants.ALL.forEach(invariant -> invariant.atRest(world));
  }

  private void step() {
    Task task = tasks.poll();
    if (task != null) {
      now = Math.max(now, task.at);
      task.what.run();
    }
  }

  // ---- the dispatcher's thread

  private Dispatcher newDispatcher() {
    return new Dispatcher(
        World.LIMITS,
        lane ->
            fault == Fault.DOES_NOT_ASK_THE_WAY
                ? new Way.Open(world.livesOn.getOrDefault(lane, ""), "member", 0)
                : world.way(lane),
        new Doing(life),
        random.split());
  }

  private void post(Consumer<Dispatcher> event) {
    mailbox.add(event);
    turnBy(now + random.nextLong(2 * MILLI));
  }

  private void turnBy(long at) {
    if (at < nextTurn) {
      nextTurn = at;
      schedule(at, () -> turn(at));
    }
  }

  private void turn(long planned) {
    if (planned != nextTurn) {
      return;
    }
    nextTurn = Long.MAX_VALUE;
    dispatcher.begin(now);
    int most = random.nextInt(1, 20);
    for (int i = 0; i < most && !mailbox.isEmpty(); i++) {
      mailbox.remove().accept(dispatcher);
    }
    dispatcher.turn();
    Invariants.ALL.forEach(invariant -> invariant.turned(world, dispatcher));
    long next = mailbox.isEmpty() ? dispatcher.nextTurn() : now + random.nextLong(MILLI);
    if (next < Long.MAX_VALUE) {
      turnBy(Math.max(now + 1, next));
    }
  }

  private void restart() {
    life++;
    world.mayRepeat.addAll(world.accepted.keySet());
    world.ownOpen.clear();
    world.adoptedOpen.clear();
    world.adoptedKnown.clear();
    mailbox.clear();
    world.forgetNews();
    recorder = new ArrayDeque<>();
    dispatcher = newDispatcher();
    post(d -> d.opened(new Lanes.All()));
  }

  // ---- time

  private void schedule(long at, Runnable what) {
    tasks.add(new Task(at, numbers++, what));
  }

  /** Later, unless the process dies before. */
  private void later(int mostMillis, Runnable what) {
    int mine = life;
    schedule(
        now + random.nextLong(mostMillis * MILLI + 1),
        () -> {
          if (mine == life) {
            what.run();
          }
        });
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** For faults that strike now and then. */
  private boolean strikes(Fault which) {
    return fault == which && chance(30);
  }

  // ---- what the dispatcher wants

  private final class Doing implements Actions {

    private final int mine;

    Doing(int mine) {
      this.mine = mine;
    }

    @Override
    public void load(String lane, int limit, long ticket) {
      later(3, () -> read(lane, limit, ticket));
    }

    @Override
    public void page(Walk walk, Lanes which, @Nullable String after, int limit) {
      later(3, () -> walk(walk, which, after, limit));
    }

    @Override
    public void attempt(Delivery delivery) {
      Invariant.require(mine == life, () -> "a dead dispatcher begins an attempt");
      begins(delivery);
      if (strikes(Fault.BEGINS_TWICE)) {
        begins(delivery);
      }
    }

    @Override
    public void record(Delivery delivery, Outcome outcome, long delayNanos, boolean adopted) {
      if (fault == Fault.GOES_ON_BEFORE_RECORDED) {
        post(d -> d.recorded(delivery));
      }
      recorder.add(() -> write(new Backlog.Ended(delivery, outcome, null)));
      if (recorder.size() == 1) {
        later(3, Simulation.this::writeNext);
      }
    }
  }

  private void read(String lane, int limit, long ticket) {
    if (fails(3)) {
      later(3, () -> post(d -> d.loadFailed(lane, ticket)));
      return;
    }
    List<Delivery> head = new ArrayList<>(world.backlog.head(lane, limit));
    if (fault == Fault.READS_BACKWARDS) {
      Collections.reverse(head);
    }
    later(3, () -> post(d -> d.loaded(lane, ticket, head)));
  }

  private void walk(Walk walk, Lanes which, @Nullable String after, int limit) {
    if (fails(3)) {
      later(3, () -> post(d -> d.walkFailed(walk)));
      return;
    }
    List<Backlog.Place> page =
        fault == Fault.SHORTENS_WALKS && after != null
            ? List.of()
            : world.backlog.lanes(which, after, limit);
    later(3, () -> post(d -> d.walked(walk, page)));
  }

  private void writeNext() {
    Runnable first = recorder.getFirst();
    if (fails(3)) {
      post(Dispatcher::stalled);
      later(50, this::writeNext);
      return;
    }
    first.run();
    recorder.removeFirst();
    if (!recorder.isEmpty()) {
      later(3, this::writeNext);
    }
  }

  private void write(Backlog.Ended ended) {
    world.backlog.record(List.of(ended));
    if (fault != Fault.GOES_ON_BEFORE_RECORDED) {
      later(2, () -> post(d -> d.recorded(ended.delivery())));
    }
  }

  private boolean fails(int percent) {
    return !healed && chance(percent);
  }

  // ---- attempts

  private void begins(Delivery delivery) {
    Invariants.ALL.forEach(invariant -> invariant.begins(world, delivery));
    String lane = delivery.recipient().lane();
    world.ownOpen.put(lane, world.livesOn.getOrDefault(lane, ""));
    later(3, () -> readContent(delivery));
  }

  private void readContent(Delivery delivery) {
    if (world.backlog.content(delivery).isEmpty()) {
      world.ownOpen.remove(delivery.recipient().lane());
      post(d -> d.gone(delivery));
    } else {
      later(3, () -> atTheGate(delivery));
    }
  }

  private void atTheGate(Delivery delivery) {
    if (!world.isOpen(delivery.recipient().lane()) || fails(2)) {
      later(3, () -> ends(delivery, new Outcome.Shut("shut")));
    } else {
      later(chance(10) ? 200 : 5, () -> ends(delivery, transaction(delivery)));
    }
  }

  private Outcome transaction(Delivery delivery) {
    String nextHop = world.livesOn.getOrDefault(delivery.recipient().lane(), "");
    int dice = healed ? 99 : random.nextInt(100);
    if (!healed && world.broken.contains(nextHop)) {
      return new Outcome.Deferred(Outcome.Scope.NEXT_HOP, "no connection");
    }
    return switch (dice) {
      case 0, 1, 2 -> new Outcome.Refused("550 no");
      case 3, 4, 5, 6 -> new Outcome.Deferred(Outcome.Scope.LANE, "452 full");
      case 7, 8 -> new Outcome.Deferred(Outcome.Scope.NEXT_HOP, "421 later");
      case 9, 10 -> {
        take(delivery);
        world.mayRepeat.add(delivery.sequence());
        yield new Outcome.Uncertain("cut after the end of data");
      }
      case 11 -> new Outcome.Uncertain("cut before it was taken");
      default -> {
        take(delivery);
        yield new Outcome.Delivered("250 ok");
      }
    };
  }

  private void take(Delivery delivery) {
    world.taken.merge(delivery.sequence(), 1, Integer::sum);
    Invariants.ALL.forEach(invariant -> invariant.taken(world, delivery));
    // A restart excuses what was under way then, not what comes later.
    world.mayRepeat.remove(delivery.sequence());
  }

  private void ends(Delivery delivery, Outcome outcome) {
    world.ownOpen.remove(delivery.recipient().lane());
    if (!strikes(Fault.LOSES_ENDINGS)) {
      post(d -> d.ended(delivery, outcome));
    }
  }

  // ---- what happens to it

  private void somethingHappens() {
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> arrives();
      case 8 -> arrivesWithOpenAttempt();
      case 9, 10, 11 -> flipLane();
      case 12 -> flipWide();
      case 13 -> relocate();
      case 14 -> toggle(world.broken, any(World.NEXT_HOPS));
      case 15 -> world.mapDown = chance(40);
      case 16, 17 -> aPersonActs();
      case 18 -> later(20, this::manyArrive);
      default -> {
        if (chance(10)) {
          restart();
        }
      }
    }
  }

  private void manyArrive() {
    int count = random.nextInt(10);
    String lane = any(world.lanes);
    for (int i = 0; i < count; i++) {
      arrives(chance(50) ? lane : any(world.lanes));
    }
  }

  private void arrives() {
    arrives(any(world.lanes));
  }

  private void arrives(String lane) {
    String nextHop = world.livesOn.getOrDefault(lane, "");
    Delivery delivery = world.backlog.accept(lane, world.backlog.filed(lane, nextHop));
    world.accepted.put(delivery.sequence(), delivery);
    Held.Entry entry = chance(10) ? Held.Entry.DEFERRED : Held.Entry.WAITING;
    later(5, () -> tellHeld(lane, nextHop, entry));
  }

  private void tellHeld(String lane, String nextHop, Held.Entry entry) {
    if (!strikes(Fault.LOSES_HELD)) {
      post(d -> d.held(lane, nextHop, entry, FIRST_RETRY));
    }
  }

  private void arrivesWithOpenAttempt() {
    String lane = any(world.lanes);
    if (!world.isOpen(lane)
        || !world.backlog.head(lane, 1).isEmpty()
        || world.ownOpen.containsKey(lane)) {
      return;
    }
    String nextHop = world.livesOn.getOrDefault(lane, "");
    Delivery delivery = world.backlog.nextDelivery(lane);
    world.accepted.put(delivery.sequence(), delivery);
    world.adoptedOpen.add(delivery.sequence());
    if (fault != Fault.IGNORES_ADOPTED) {
      post(d -> {
        d.adopted(delivery);
        if (world.adoptedOpen.contains(delivery.sequence())) {
          world.adoptedKnown.put(delivery.sequence(), lane);
        }
      });
    }
    world.backlog.put(delivery, world.backlog.filed(lane, nextHop));
    later(5, () -> tellHeld(lane, nextHop, Held.Entry.WAITING));
    later(200, () -> adoptedEnds(delivery));
  }

  private void adoptedEnds(Delivery delivery) {
    Outcome outcome = transaction(delivery);
    world.adoptedOpen.remove(delivery.sequence());
    world.adoptedKnown.remove(delivery.sequence());
    if (fault != Fault.IGNORES_ADOPTED) {
      post(d -> d.ended(delivery, outcome));
    }
  }

  private void flipLane() {
    String lane = any(world.lanes);
    flip(lane, new Lanes.One(lane));
  }

  private void flipWide() {
    switch (random.nextInt(3)) {
      case 0 -> {
        String domain = any(World.DOMAINS);
        flip(domain, new Lanes.Domain(domain));
      }
      case 1 -> {
        String nextHop = any(World.NEXT_HOPS);
        flip(nextHop, new Lanes.NextHop(nextHop));
      }
      default -> {
        world.everythingShut = !world.everythingShut;
        tellFlip(!world.everythingShut, new Lanes.All());
      }
    }
  }

  private void flip(String what, Lanes which) {
    toggle(world.shut, what);
    tellFlip(!world.shut.contains(what), which);
  }

  private void tellFlip(boolean open, Lanes which) {
    later(
        10,
        () -> {
          if (!open) {
            post(d -> d.shut(which));
          } else if (!strikes(Fault.LOSES_OPENED)) {
            post(d -> d.opened(which));
          }
        });
  }

  /** The map changes, then the backlog's filing follows, then the lane is told to be open. */
  private void relocate() {
    String lane = any(world.lanes);
    String to = any(World.NEXT_HOPS);
    world.livesOn.put(lane, to);
    // Survives a restart: whoever changes the map says it again until the queue has heard it.
    schedule(
        now + random.nextLong(10 * MILLI),
        () -> {
          world.backlog.file(lane, world.livesOn.getOrDefault(lane, ""));
          tellFlip(true, new Lanes.One(lane));
        });
  }

  private void aPersonActs() {
    List<Delivery> parked = world.backlog.parkedOnes();
    List<Delivery> pending = world.backlog.pending();
    if (!parked.isEmpty() && chance(50)) {
      unpark(any(parked));
    } else if (!pending.isEmpty()) {
      Delivery one = any(pending);
      meddle(one);
      tellChanged(one.recipient().lane());
    }
  }

  private void unpark(Delivery one) {
    world.backlog.unpark(one);
    world.mayRepeat.add(one.sequence());
    tellChanged(one.recipient().lane());
  }

  private void meddle(Delivery one) {
    switch (random.nextInt(4)) {
      case 0 -> {
        world.backlog.take(one);
        world.discarded.add(one.sequence());
      }
      case 1 -> world.backlog.park(one);
      case 2 -> {
        world.backlog.take(one);
        world.discarded.add(one.sequence());
        arrives(any(world.lanes));
      }
      default -> world.mayRepeat.add(one.sequence()); // retry now
    }
  }

  private void tellChanged(String lane) {
    world.newsBegins(lane);
    later(
        10,
        () ->
            post(d -> {
              world.newsTold(lane);
              if (fault != Fault.LOSES_CHANGED) {
                d.changed(lane);
              }
            }));
  }

  // ---- the end

  private void heal() {
    healed = true;
    world.mapDown = false;
    world.broken.clear();
    world.lanes.forEach(lane -> world.backlog.file(lane, world.livesOn.getOrDefault(lane, "")));
    openForGood();
  }

  /** Each thing that was shut is opened with its own event, as an operator would. */
  private void openForGood() {
    if (world.everythingShut) {
      world.everythingShut = false;
      tellFlip(true, new Lanes.All());
    }
    for (String what : List.copyOf(world.shut)) {
      world.shut.remove(what);
      tellFlip(true, lanesOf(what));
    }
  }

  private static Lanes lanesOf(String what) {
    if (World.DOMAINS.contains(what)) {
      return new Lanes.Domain(what);
    }
    return World.NEXT_HOPS.contains(what) ? new Lanes.NextHop(what) : new Lanes.One(what);
  }

  private static void toggle(java.util.Set<String> set, String what) {
    if (!set.remove(what)) {
      set.add(what);
    }
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
