package org.holdfast.gateway.flips;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.holdfast.gateway.flips.Conductor.Parked;
import org.holdfast.gateway.flips.World.Sending;
import org.holdfast.gateway.flips.World.Waiting;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.routing.UserState;

/**
 * Many users, deliveries, flips and backends' troubles, mixed by a seed. Each delivery stops at
 * each point; one step lets one delivery go on to its next point, sends a message, or makes a flip.
 *
 * <p>What a seed fixes: every choice, made among what is stopped at that moment, sorted. What it
 * does not: the threads of the queue and of waiting flips run by themselves, so which attempts have
 * come to a stop when a choice is made may differ. {@link #settle} makes that rare.
 */
final class Storm {

  private static final List<String> USERS =
      List.of("ann@one.example", "bob@one.example", "cat@two.example", "dan@two.example");
  private static final List<String> DOMAINS = List.of("one.example", "two.example");

  /** Flips that may be waiting at once. */
  private static final int FLIPS_AT_ONCE = 3;

  /** Messages whose sender waits for an answer. */
  private static final int SENDERS_AT_ONCE = 5;

  /** Nothing has moved for so long: all that was going to stop has. */
  private static final long QUIET_NANOS = 300_000;

  private final World world;
  private final Random random;
  private final List<Sending> sendings = new ArrayList<>();
  private final List<Waiting> flips = new ArrayList<>();

  Storm(World world, long seed) {
    this.world = world;
    this.random = new Random(seed);
  }

  /** Runs it, lets everything come to rest, and says what was broken. */
  List<String> run(int steps) {
    USERS.forEach(user -> {
      Ledger.Done _ = world.mustBeDone(Order.create(user, oneOf(World.PAIRS)));
    });
    world.conductor.stopAt(_ -> true);
    for (int i = 0; i < steps; i++) {
      settle();
      step();
    }
    world.conductor.letAllGo();
    world.conductor.await("all flips return", () -> flips.stream().allMatch(f -> f.done.isDone()));
    flips.forEach(f -> f.done.join());
    world.conductor.await(
        "all are answered", () -> sendings.stream().allMatch(s -> s.verdict().isDone()));
    return comeToRest();
  }

  // ---- the end

  private List<String> comeToRest() {
    Set<String> aside = new HashSet<>();
    List<String> broken = new ArrayList<>(newestEpochStands());
    nothingIsStranded();
    openEverything();
    nothingIsStranded();
    broken.addAll(newestEpochStands());
    for (QueueItem item : parked()) {
      aside.add(item.delivery().envelope().id() + " for " + item.delivery().recipient().lane());
    }
    int _ = world.queue.retry(inState(DeliveryState.PARKED), "operator");
    nothingIsStranded();
    Invariants invariants = new Invariants(world.ledger);
    broken.addAll(invariants.broken(aside));
    broken.addAll(invariants.nothingIsLost());
    return broken;
  }

  private List<String> newestEpochStands() {
    return new Invariants(world.ledger).newestEpochStands(world::standing);
  }

  /** Promise 4: what may go goes, without another word. */
  private void nothingIsStranded() {
    for (String user : USERS) {
      if (world.mayGo(user)) {
        world.conductor.await("NothingIsStranded: mail for " + user, () -> !world.waits(user));
      }
    }
  }

  private void openEverything() {
    List<Order> orders = new ArrayList<>(List.of(Order.everything(false)));
    World.PAIRS.forEach(pair -> orders.add(Order.pair(pair, false)));
    DOMAINS.forEach(domain -> orders.add(Order.domain(domain, false)));
    USERS.forEach(user -> orders.add(Order.user(user, UserState.ACTIVE, null)));
    orders.forEach(world::mustBeDone);
  }

  private List<QueueItem> parked() {
    return world.queue.list(inState(DeliveryState.PARKED), null, 10_000);
  }

  private static QueueFilter inState(DeliveryState state) {
    return new QueueFilter(null, null, null, state, null, null);
  }

  // ---- one step

  private void step() {
    List<Parked> stopped = world.conductor.parked();
    int choice = random.nextInt(100);
    if (choice < 70 && !stopped.isEmpty()) {
      Parked one = oneOf(stopped);
      world.conductor.letGo(one, reaction(one.stop.point()));
    } else if (choice < 85) {
      send();
    } else {
      flip();
    }
  }

  private Reaction reaction(Point point) {
    if (!point.inTransaction() || random.nextInt(100) < 80) {
      return Reaction.YES;
    }
    return point == Point.DOT_SAID ? oneOf(List.of(Reaction.values())) : Reaction.CUT;
  }

  private void send() {
    boolean patiently = random.nextBoolean();
    Answering answering = random.nextBoolean() ? Answering.ONCE : Answering.EACH;
    List<String> to = new ArrayList<>(List.of(oneOf(USERS)));
    String other = oneOf(USERS);
    if (random.nextInt(4) == 0 && !to.contains(other)) {
      to.add(other);
    }
    if (sendings.stream().filter(s -> !s.verdict().isDone()).count() < SENDERS_AT_ONCE) {
      sendings.add(world.send(patiently, answering, to));
    }
  }

  private void flip() {
    boolean waits = random.nextBoolean();
    int many = random.nextInt(10);
    List<Order> orders = many == 0 ? moveAll() : many == 1 ? failover() : List.of(oneFlip());
    long waiting = flips.stream().filter(f -> !f.done.isDone()).count();
    if (waiting < FLIPS_AT_ONCE) {
      Waiting flip = world.flipAside(orders, waits ? World.FOR_EVER : World.NO_WAIT);
      flips.add(flip);
      world.conductor.await("the flip waits", flip::waitsOrIsDone);
    }
  }

  private List<Order> moveAll() {
    UserState state = oneOf(List.of(UserState.MOVING, UserState.ACTIVE));
    return USERS.stream().map(user -> Order.user(user, state, oneOf(World.PAIRS))).toList();
  }

  private List<Order> failover() {
    String pair = oneOf(World.PAIRS);
    return List.of(
        Order.pair(pair, true),
        Order.active(pair, MapEntries.member(pair, random.nextBoolean())),
        Order.pair(pair, false));
  }

  private Order oneFlip() {
    String user = oneOf(USERS);
    String pair = oneOf(World.PAIRS);
    boolean on = random.nextBoolean();
    return switch (random.nextInt(9)) {
      case 0, 1 -> Order.user(user, oneOf(List.of(UserState.values())), null);
      case 2 -> Order.user(user, oneOf(List.of(UserState.values())), pair);
      case 3 -> Order.user(user, UserState.ACTIVE, pair);
      case 4 -> Order.put(user, pair);
      case 5 -> Order.pair(pair, on);
      case 6 -> Order.active(pair, MapEntries.member(pair, on));
      case 7 -> Order.domain(oneOf(DOMAINS), on);
      default -> Order.everything(random.nextInt(4) == 0);
    };
  }

  /** A member of the list; the only place that draws from lists, so a seed draws alike. */
  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  // ---- between steps

  /**
   * Waits until nothing moves, and until each lane whose mail may go has something stopped, or
   * another lane of the queue has: its next hop may be asked one at a time.
   */
  private void settle() {
    world.conductor.await(
        "NothingIsStranded: a lane that may go comes out",
        () -> world.conductor.quietFor() > QUIET_NANOS && USERS.stream().allMatch(this::isFine));
  }

  private boolean isFine(String user) {
    return !world.waits(user)
        || !world.mayGo(user)
        || world.conductor.parked().stream()
            .anyMatch(p -> p.stop.fromQueue() || isRecipient(user, p.stop.id()));
  }

  /** What the queue took over ends for one recipient after the other. */
  private boolean isRecipient(String user, String id) {
    return sendings.stream()
        .filter(s -> s.id().equals(id))
        .flatMap(s -> s.letters().stream())
        .anyMatch(letter -> letter.mailbox.equals(user));
  }
}
