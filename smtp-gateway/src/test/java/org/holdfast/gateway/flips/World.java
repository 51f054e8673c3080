package org.holdfast.gateway.flips;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.holdfast.gateway.flips.Ledger.Done;
import org.holdfast.gateway.flips.Ledger.Letter;
import org.holdfast.gateway.path.Courier;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.path.Inbound.Verdict;
import org.holdfast.gateway.path.MemberTrust;
import org.holdfast.gateway.path.MessagePath;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.gateway.simulation.ForgetfulIntake;
import org.holdfast.gateway.wiring.QueueFollowsMap;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.routing.EmbeddedRouting;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapSettings;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * A gateway without doors: message path, map, gate, queue and dispatcher are the real ones, on a
 * real disk; what they do is in the {@link Ledger}, and goes on when the {@link Conductor} says so.
 */
final class World implements AutoCloseable {

  static final List<String> PAIRS = List.of("p0", "p1", "p2");

  /** Who hands mail over, as a flip that waits must name it. */
  static final String CLIENT = "mx.example [192.0.2.1]";

  static final Duration NO_WAIT = Duration.ZERO;
  static final Duration FOR_EVER = Duration.ofDays(1);

  /** For the hasty: long gone before anything that is stopped goes on. */
  private static final Duration HASTY = Duration.ofMillis(2);

  /** Retries come at once: what is of interest here is not when. */
  private static final DispatchLimits LIMITS =
      new DispatchLimits(
          20,
          0,
          Duration.ofMillis(1),
          Duration.ofMillis(4),
          Duration.ofMillis(1),
          Duration.ofMillis(4),
          Duration.ofMillis(1),
          1,
          64,
          1_024,
          32,
          8);

  final Ledger ledger = new Ledger();
  final Conductor conductor;
  final EmbeddedRouting routing;
  final EmbeddedHoldQueue queue;
  private final Broken broken;
  private final MessagePath patient;
  private final MessagePath hasty;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService flippers =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("flip-", 0).factory());
  private final AtomicInteger ids = new AtomicInteger();

  /** For {@link Broken#TWICE}: whose delivery was denied once. */
  private final Set<Long> toldOnce = ConcurrentHashMap.newKeySet();

  World(Path folder, Broken broken) throws IOException, MapUnavailableException {
    this.broken = broken;
    this.conductor = new Conductor(broken == Broken.NOTHING ? Conductor.PATIENCE : Conductor.SOON);
    this.routing =
        EmbeddedRouting.open(
            new MapSettings(folder.resolve("map"), "+", 1_000),
            new MemoryLog(),
            InstantSource.system());
    this.queue =
        EmbeddedHoldQueue.open(store(folder), LIMITS, new RealDisk(), InstantSource.system());
    MemberTrust trust = new MemberTrust();
    Backends in = new Backends(ledger, conductor, false);
    WatchedGate gate = new WatchedGate(routing, conductor, broken, false);
    Intake door = broken == Broken.OVERTAKES ? new ForgetfulIntake(queue) : queue;
    this.patient = new MessagePath(gate, door, in, trust, FOR_EVER, threads);
    this.hasty = new MessagePath(gate, door, in, trust, HASTY, threads);
    Backends out = new Backends(ledger, conductor, true);
    Courier courier = new Courier(new WatchedGate(routing, conductor, broken, true), out, trust);
    routing.onChange(follower(new QueueFollowsMap(queue)));
    queue.start(new OnThreads(courier));
    conductor.await("the queue is ready", () -> queue.awaitReady(Conductor.PATIENCE));
    for (String pair : PAIRS) {
      mustBeDone(Order.active(pair, MapEntries.member(pair, false)));
    }
  }

  /** Ends are written at once: tests wait for them. */
  private static StoreSettings store(Path folder) {
    LogSettings log = new LogSettings(1 << 20, 1 << 18, 1);
    return new StoreSettings(folder.resolve("queue"), 1L << 30, 0, log, Conductor.PATIENCE);
  }

  private Consumer<Routing.Change> follower(QueueFollowsMap follows) {
    return broken == Broken.OPENED_FORGOTTEN
        ? change -> follows.accept(new Routing.Change(change.target(), false, change.pair()))
        : follows;
  }

  @Override
  public void close() {
    conductor.letAllGo();
    queue.stop(Conductor.PATIENCE);
    threads.close();
    flippers.close();
    queue.close();
    routing.close();
  }

  // ---- mail

  /** A message on its way in; {@code verdict} is what its sender hears. */
  record Sending(String id, List<Letter> letters, CompletableFuture<Verdict> verdict) {

    boolean accepted() {
      return verdict.join().replies().stream().allMatch(Reply::positive);
    }
  }

  /**
   * Sends a message.
   *
   * @param patiently the sender waits until its transaction is over; otherwise for a moment only,
   *     and the queue takes it over
   */
  Sending send(boolean patiently, Answering answering, List<String> mailboxes) {
    String id = "m%04d".formatted(ids.incrementAndGet());
    Envelope envelope = new Envelope(id, "from@elsewhere.example", Instant.EPOCH, CLIENT, Map.of());
    List<Recipient> to = mailboxes.stream().map(m -> new Recipient(m, m, m, Map.of())).toList();
    List<Letter> letters = mailboxes.stream().map(m -> ledger.sent(id, m)).toList();
    MessagePath path = patiently ? patient : hasty;
    CompletableFuture<Verdict> verdict =
        CompletableFuture.supplyAsync(
                () -> path.message(envelope, to, Bytes.of(id), answering), threads)
            .thenCompose(stage -> stage)
            .thenApply(answer -> {
              noteAccepted(letters, answer.replies());
              return answer;
            });
    return new Sending(id, letters, verdict);
  }

  Sending send(boolean patiently, String mailbox) {
    return send(patiently, Answering.ONCE, List.of(mailbox));
  }

  private void noteAccepted(List<Letter> letters, List<Reply> replies) {
    for (int i = 0; i < letters.size(); i++) {
      if (replies.get(replies.size() == 1 ? 0 : i).positive()) {
        ledger.accepted(letters.get(i));
      }
    }
  }

  /** Mail for this mailbox waits in the queue, and not for a person. */
  boolean waits(String mailbox) {
    return queue.hasBacklog(mailbox);
  }

  /** Its mail may go. */
  boolean mayGo(String mailbox) {
    try {
      return routing.look(mailbox) instanceof Entry.Go;
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- flips

  /** Makes a flip on this thread; its {@code flip} is null when it was refused. */
  Done flip(Order order, Duration wait) {
    long called = ledger.next();
    Optional<User> before = user(order);
    Flip flip = null;
    try {
      Flip real = make(order, broken == Broken.NO_DRAIN ? NO_WAIT : wait);
      flip =
          broken == Broken.NO_DRAIN
              ? new Flip(real.epoch(), real.changed(), true, List.of())
              : real;
    } catch (RefusedChangeException _) {
      // It came while another was under way: nothing was changed.
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
    Done done = ledger.returned(order, called, flip);
    if (broken == Broken.OLD_STATE_COMES_BACK) {
      before.ifPresent(this::writeAgain);
    }
    return done;
  }

  private Flip make(Order order, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    String target = order.target();
    return switch (order.level()) {
      case USER ->
          order.put()
              ? routing.putUser(
                  target, String.valueOf(order.pair()), order.state(), MapEntries.OPERATOR, wait)
              : setState(order, wait);
      case PAIR -> pair(order, wait);
      case DOMAIN -> hold(new Target.OfDomain(target), order, wait);
      case EVERYTHING -> hold(new Target.Everything(), order, wait);
    };
  }

  private Flip setState(Order order, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    var state = order.state();
    if (state == null) {
      throw new IllegalArgumentException("no state in " + order);
    }
    return routing.setUserState(order.target(), state, order.pair(), MapEntries.OPERATOR, wait);
  }

  private Flip pair(Order order, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    String active = order.active();
    return active == null
        ? hold(new Target.OfPair(order.target()), order, wait)
        : routing.putPair(
            order.target(), MapEntries.members(order.target()), active, MapEntries.OPERATOR, wait);
  }

  private Flip hold(Target target, Order order, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return routing.setHold(target, Boolean.TRUE.equals(order.hold()), MapEntries.OPERATOR, wait);
  }

  /** Many users in one call. */
  List<Done> flip(List<Order> users, Duration wait) {
    long called = ledger.next();
    try {
      List<Routing.UserFlip> flips =
          routing.setUserStates(
              users.stream().map(o -> MapEntries.change(o.target(), o.state(), o.pair())).toList(),
              MapEntries.OPERATOR,
              broken == Broken.NO_DRAIN ? NO_WAIT : wait);
      List<Done> done = new ArrayList<>();
      for (int i = 0; i < flips.size(); i++) {
        done.add(ledger.returned(users.get(i), called, flips.get(i).flip()));
      }
      return done;
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes a flip that must not be refused. */
  Done mustBeDone(Order order) {
    Done done = flip(order, NO_WAIT);
    if (done.flip() == null) {
      throw new AssertionError("refused: " + order);
    }
    return done;
  }

  /** A flip on a thread of its own. */
  Waiting flipAside(List<Order> orders, Duration wait) {
    Waiting waiting = new Waiting();
    flippers.execute(() -> {
      waiting.thread = Thread.currentThread();
      try {
        List<Done> done = new ArrayList<>();
        orders.forEach(order -> done.add(flip(order, wait)));
        waiting.done.complete(done);
      } catch (RuntimeException | AssertionError e) {
        waiting.done.completeExceptionally(e);
      }
    });
    return waiting;
  }

  /** A flip that may be waiting. */
  static final class Waiting {
    final CompletableFuture<List<Done>> done = new CompletableFuture<>();
    private volatile @Nullable Thread thread;

    /** It waits for deliveries, or has returned. */
    boolean waitsOrIsDone() {
      Thread flipping = thread;
      return done.isDone()
          || (flipping != null && flipping.getState() == Thread.State.TIMED_WAITING);
    }
  }

  Optional<User> user(String address) {
    try {
      return routing.user(address);
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<User> user(Order order) {
    return order.level() == Order.Level.USER ? user(order.target()) : Optional.empty();
  }

  private void writeAgain(User user) {
    try {
      Flip _ =
          routing.setUserState(
              user.address(), user.state(), user.pair(), MapEntries.OPERATOR, NO_WAIT);
    } catch (RefusedChangeException _) {
      // Another flip of the user is under way: the old state does not come back this time.
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How the target of an order stands in the map. */
  State standing(Order order) {
    try {
      return switch (order.level()) {
        case USER -> {
          User user = user(order.target()).orElseThrow();
          yield State.of(user.state(), user.pair());
        }
        case PAIR -> {
          Pair pair = routing.pair(order.target()).orElseThrow();
          yield State.of(pair.onHold(), pair.active());
        }
        case DOMAIN, EVERYTHING -> State.of(isOnHold(order.target()), "");
      };
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isOnHold(String domain) {
    return routing.holds().stream().anyMatch(hold -> hold.domain().equals(domain));
  }

  /** What is open for a mailbox, as a flip would name it. */
  List<Flip.OpenDelivery> open(String mailbox) {
    return routing.open().stream().filter(o -> o.mailbox().equals(mailbox)).toList();
  }

  // ---- how it is put together

  /** An attempt out of a lane may be stopped, so it gets a thread of its own. */
  private final class OnThreads implements NextHops {

    private final NextHops courier;

    OnThreads(NextHops courier) {
      this.courier = courier;
    }

    @Override
    public Way way(String lane) {
      return courier.way(lane);
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      threads.execute(() ->
          courier.attempt(delivery, content, outcome -> done.accept(told(delivery, outcome))));
    }

    private Outcome told(Delivery delivery, Outcome outcome) {
      return switch (outcome) {
        case Outcome.Delivered d when broken == Broken.TWICE && toldOnce.add(delivery.sequence()) ->
            new Outcome.Deferred(Outcome.Scope.LANE, d.reply());
        case Outcome.Deferred d when broken == Broken.LOSES -> new Outcome.Delivered(d.reply());
        default -> outcome;
      };
    }
  }
}
