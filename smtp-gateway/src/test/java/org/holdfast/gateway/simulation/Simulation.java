package org.holdfast.gateway.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.holdqueue.DrivenQueue;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.simulation.Agenda;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;

/**
 * Some thousand steps of one seed. A step is one thing that happens on the agenda: a backend
 * answers, a turn of the dispatcher, a read, a timeout; and in between people, clients and fate do
 * something.
 */
final class Simulation {

  /** A step comes with something from outside in so many out of a hundred cases. */
  private static final int OUTSIDE = 25;

  private static final int STEPS_BETWEEN_LOOKS = 16;
  private static final int MOST_STEPS_TO_REST = 200_000;

  /** All that can go has gone after this much quiet time. */
  private static final long TO_REST = 30 * 60 * Agenda.SECOND;

  private final World world;
  private final Agenda agenda;
  private final RealMap map;
  private final FaultyDisk disk;
  private final Operator operator;
  private int ids;
  private int steps;

  Simulation(RealMap map, long seed, Broken broken, boolean tracing) {
    this.world = new World(seed, broken, tracing);
    this.agenda = world.agenda;
    this.map = map;
    this.disk = new FaultyDisk(agenda.random().nextLong());
    this.operator = new Operator(world, map.routing);
    if (broken == Broken.SYNC_DOES_NOTHING) {
      disk.lie(FaultyDisk.Lie.FORCE);
    }
  }

  World world() {
    return world;
  }

  int steps() {
    return steps;
  }

  /** Runs so many steps of trouble, then heals the world and waits for rest, three times. */
  void run(int troubled) {
    try {
      map.reset();
      start();
      for (int i = 0; i < troubled; i++) {
        if (agenda.isEmpty() || agenda.chance(OUTSIDE)) {
          somethingHappens();
        }
        step();
      }
      heal();
      // What may go goes, whatever raced with the flips that are left.
      rest();
      operator.mapMustStandAsOrdered();
      operator.openEverything(gateway().life);
      rest();
      retryWhatIsParked();
      rest();
      everythingHasArrived();
    } catch (MapUnavailableException | RefusedChangeException e) {
      throw new IllegalStateException(e);
    } finally {
      leaveTheMap();
    }
  }

  /** The next one begins with nothing open. */
  private void leaveTheMap() {
    map.nobodyListens();
    operator.abandon();
    Gateway gateway = world.gateway;
    if (gateway != null) {
      gateway.die();
      disk.crash(FaultyDisk.Unsynced.DROPPED);
      gateway.queue.close();
    }
  }

  private Gateway gateway() {
    Gateway gateway = world.gateway;
    if (gateway == null) {
      throw world.breaks("NothingIsStranded", "the gateway is down for good");
    }
    return gateway;
  }

  private void step() {
    agenda.step();
    steps++;
    Gateway gateway = world.gateway;
    if (disk.isOff() && gateway != null) {
      crash(agenda.any(List.of(FaultyDisk.Unsynced.values())));
    } else if (gateway != null && steps % STEPS_BETWEEN_LOOKS == 0) {
      if (gateway.queue.trouble().isPresent()) {
        world.troubleForAll();
      }
      world.stepped(gateway);
    }
    world.mustBeUnbroken();
  }

  // ---- the gateway comes and goes

  private void start() {
    world.troubleForAll();
    try {
      Gateway made = new Gateway(world, map, disk, operator::meanwhile);
      world.gateway = made;
      made.settle();
      world.recovered(made);
      made.start();
      world.trace.say("started, holding %s", made.held());
    } catch (IOException e) {
      world.trace.say("does not start: %s", e);
      world.count(World.Kind.STARTS_THAT_FAILED);
      map.nobodyListens();
      disk.crash(FaultyDisk.Unsynced.KEPT);
      if (agenda.chance(50)) {
        disk.heal();
      }
      startLater();
    }
  }

  private void startLater() {
    world.ground.within(3 * Agenda.SECOND, this::start);
  }

  /** The power goes, or, when everything is kept, the process is killed. */
  private void crash(FaultyDisk.Unsynced unsynced) {
    Gateway dead = gateway();
    world.trace.say("crash: what was not synced is %s", unsynced);
    world.count(World.Kind.CRASHES);
    if (dead.queue.trouble().isPresent()) {
      world.count(World.Kind.LOG_FAILURES);
    }
    world.gateway = null;
    map.nobodyListens();
    operator.abandon();
    for (Open open : List.copyOf(world.open)) {
      if (open.complete) {
        open.letters.forEach(letter -> letter.mayComeAgain("a crash amid its transaction"));
      }
      world.ends(open);
    }
    dead.die();
    disk.crash(unsynced);
    dead.queue.close(); // after the crash: whatever it still writes goes nowhere
    startLater();
  }

  // ---- what happens

  private void somethingHappens() {
    World.Climate climate = world.climate;
    int dice = agenda.random().nextInt(100);
    if ((dice -= climate.flips()) < 0) {
      if (agenda.chance(20)) {
        operator.askAgain();
      } else {
        operator.flip();
      }
    } else if ((dice -= climate.crashes()) < 0) {
      maybeCrash();
    } else if ((dice -= climate.members()) < 0) {
      memberChanges();
    } else if ((dice -= climate.disk()) < 0) {
      diskChanges();
    } else if ((dice -= climate.map()) < 0) {
      world.mapDown = agenda.chance(40);
    } else if ((dice -= climate.acts()) < 0) {
      aPersonActs();
    } else if (dice - climate.bursts() < 0) {
      burst();
    } else if (agenda.chance(50)) {
      sendOne();
    }
  }

  private void maybeCrash() {
    if (world.gateway == null || agenda.chance(50)) {
      return;
    }
    if (agenda.chance(40)) {
      disk.cutPowerAt(1 + agenda.random().nextInt(8));
    } else {
      crash(agenda.any(List.of(FaultyDisk.Unsynced.values())));
    }
  }

  private void memberChanges() {
    String member = Users.member(agenda.any(Users.PAIRS), agenda.chance(30));
    World.Health health =
        agenda.chance(40)
            ? World.Health.WELL
            : agenda.chance(40) ? World.Health.FLAKY : agenda.any(List.of(World.Health.values()));
    world.trace.say("%s is %s", member, health);
    world.trouble(Users.pairOf(member));
    world.health.put(member, health);
  }

  private void diskChanges() {
    world.troubleForAll();
    switch (agenda.random().nextInt(6)) {
      case 0 -> {
        FaultyDisk.Call call = agenda.any(List.of(FaultyDisk.Call.values()));
        int nth = 1 + agenda.random().nextInt(10);
        world.trace.say("disk: %s number %d fails", call, nth);
        disk.fail(call, nth);
      }
      case 1 -> {
        long free = agenda.random().nextLong(2 * Gateway.MIN_FREE);
        world.trace.say("disk: %d octets free", free);
        disk.capacity(disk.used() + free);
      }
      case 2 -> disk.fail(FaultyDisk.Call.READ, 1 + agenda.random().nextInt(5), 3);
      default -> disk.heal();
    }
  }

  private void burst() {
    int count = agenda.random().nextInt(8);
    String user = agenda.any(Users.ALL);
    for (int i = 0; i < count; i++) {
      String to = agenda.chance(60) ? user : agenda.any(Users.ALL);
      world.ground.within(50 * Agenda.MILLI, () -> send(List.of(to)));
    }
  }

  private void sendOne() {
    List<String> to = new ArrayList<>(List.of(agenda.any(Users.ALL)));
    while (agenda.chance(20)) {
      String other = agenda.any(Users.ALL);
      if (!to.contains(other)) {
        to.add(other);
      }
    }
    send(to);
  }

  private void send(List<String> users) {
    Gateway gateway = world.gateway;
    if (gateway == null) {
      return; // connection refused: the sender keeps it
    }
    String id = "m%04d".formatted(++ids);
    Answering answering = agenda.chance(50) ? Answering.ONCE : Answering.EACH;
    List<String> addresses =
        users.stream().map(user -> agenda.chance(15) ? user.replace("@", "+x@") : user).toList();
    gateway.send(id, addresses, answering);
  }

  private void aPersonActs() {
    Gateway gateway = world.gateway;
    if (gateway == null) {
      return;
    }
    if (agenda.chance(30)) {
      world.priorities.put(agenda.any(Users.ALL), agenda.random().nextInt(3));
      return;
    }
    List<DrivenQueue.Item> items = gateway.queue.items();
    if (!items.isEmpty()) {
      DrivenQueue.Item item = agenda.any(items);
      Letter letter = gateway.letter(item.delivery());
      try {
        act(gateway, item, letter, agenda.random().nextInt(4));
      } catch (IOException _) {
        letter.setAside = true; // it may be done, or not
      }
    }
  }

  private void act(Gateway gateway, DrivenQueue.Item item, Letter letter, int what)
      throws IOException {
    world.trace.say("a person acts on %s: %d", letter, what);
    world.troubleUntil(letter.lane, agenda.now());
    switch (what) {
      case 0 -> {
        if (gateway.queue.retry(item.delivery())) {
          letter.notBelieved = false;
        }
      }
      case 1 -> letter.setAside |= gateway.queue.park(item.delivery());
      case 2 -> {
        letter.gone = true;
        letter.gone = gateway.queue.discard(item.delivery());
        world.count(World.Kind.DISCARDED);
      }
      default -> redirect(gateway, item, letter);
    }
  }

  private void redirect(Gateway gateway, DrivenQueue.Item item, Letter letter) throws IOException {
    String to = agenda.any(Users.ALL);
    if (world.isNamed(letter.id, to)) {
      return;
    }
    Recipient recipient = new Recipient(to, to, to, java.util.Map.of());
    world.maybeRedirected(letter, to);
    if (gateway.queue.redirect(item.delivery(), recipient, world.orders.user(to).pair)) {
      letter.maybeLane = null;
      world.redirected(letter, to);
      letter.notBelieved = false;
      world.count(World.Kind.REDIRECTED);
    }
  }

  // ---- the end

  /** Nothing is wrong any more. Flips stay as they are. */
  private void heal() {
    world.trace.say("everything is healed");
    world.healed = true;
    world.mapDown = false;
    world.troubleForAll();
    world.health.replaceAll((_, _) -> World.Health.WELL);
    disk.cutPowerAt(Integer.MAX_VALUE);
    disk.heal();
    Gateway gateway = world.gateway;
    if (gateway != null && (disk.isOff() || gateway.queue.trouble().isPresent())) {
      crash(FaultyDisk.Unsynced.TORN);
    }
    disk.heal();
  }

  private void rest() {
    long end = agenda.now() + TO_REST;
    for (int i = 0; !agenda.isEmpty(); i++) {
      if (i > MOST_STEPS_TO_REST || agenda.now() > end) {
        throw world.breaks(
            "NothingIsStranded", "no rest: held %s, %s".formatted(gateway().held(), standing()));
      }
      step();
    }
    world.atRest(gateway());
    world.mustBeUnbroken();
  }

  private String standing() {
    return world.standing().toString();
  }

  private void retryWhatIsParked() {
    for (DrivenQueue.Item item : gateway().queue.items()) {
      Letter letter = gateway().letter(item.delivery());
      letter.notBelieved = false;
      try {
        boolean _ = gateway().queue.retry(item.delivery());
      } catch (IOException e) {
        throw world.breaks("NothingIsStranded", letter + " cannot be put back: " + e);
      }
    }
  }

  private void everythingHasArrived() {
    for (Letter letter : world.letters) {
      if (letter.isAccepted() && letter.copies == 0 && !letter.gone) {
        throw world.breaks("NothingAcceptedIsLost", letter + " never arrived");
      }
    }
    if (!gateway().queue.items().isEmpty()) {
      throw world.breaks("NothingIsStranded", "left: " + gateway().held());
    }
  }
}
