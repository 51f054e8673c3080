package org.holdfast.gateway.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.gateway.path.Courier;
import org.holdfast.gateway.path.Inbound.Answer;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.path.MemberTrust;
import org.holdfast.gateway.path.MessagePath;
import org.holdfast.gateway.path.TimedPath;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.gateway.wiring.QueueFollowsMap;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.DrivenQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.simulation.Agenda;
import org.holdfast.routing.Routing;
import org.jspecify.annotations.Nullable;

/** One life of the gateway, from a start to a crash or stop. */
final class Gateway implements DrivenQueue.Watcher {

  private static final Path QUEUE = Path.of("data", "queue");
  private static final Duration HAND_OFF = Duration.ofSeconds(10);
  private static final String CLIENT = "mx.example [192.0.2.1]";

  /** Octets that are kept free. */
  static final long MIN_FREE = 16 << 10;

  private static final long THREAD_STARTS = 2 * Agenda.MILLI;

  final World world;
  final Agenda.Life life;
  final DrivenQueue queue;
  final List<SimulatedBody> bodies = new ArrayList<>();
  private final Agenda agenda;
  private final MessagePath path;
  private final SimulatedGate gate;
  private final Courier courier;

  /** Its end is written, maybe not synced. */
  private final Set<Delivery> ending = new HashSet<>();

  /**
   * Recovers what is on the disk.
   *
   * @param meanwhile what others do while a delivery is at the gate
   */
  Gateway(World world, RealMap map, FaultyDisk disk, Runnable meanwhile) throws IOException {
    this.world = world;
    this.agenda = world.agenda;
    this.life = agenda.birth();
    this.queue =
        new DrivenQueue(
            disk,
            QUEUE,
            MIN_FREE,
            world.configured(),
            life,
            this,
            world::turned,
            queueFault(world.broken));
    this.gate = new SimulatedGate(world, map.routing, meanwhile);
    MemberTrust trust = new MemberTrust();
    Backends backends = new Backends(world, life);
    Intake door = world.broken == Broken.OVERTAKES ? new ForgetfulIntake(queue) : queue;
    this.path =
        TimedPath.of(
            gate,
            door,
            backends,
            trust,
            HAND_OFF,
            work -> life.within(THREAD_STARTS, work),
            new VirtualTimer(life));
    this.courier = new Courier(gate, backends, trust);
    map.listener(follower(new QueueFollowsMap(queue)));
  }

  /** What was half done when the gateway died is done, or is not. */
  void settle() {
    for (DrivenQueue.Item item : queue.items()) {
      Letter letter = letter(item.delivery());
      String lane = item.delivery().recipient().lane();
      if (lane.equals(letter.maybeLane)) {
        world.redirected(letter, lane);
      }
      letter.notBelieved &= item.parked(); // said a moment before the crash: it is tried again
    }
    world.letters.forEach(letter -> letter.maybeLane = null);
  }

  /** What was recovered has been looked at: now it goes on. */
  void start() {
    queue.start(new Hops(world, courier));
  }

  private static DrivenQueue.Fault queueFault(Broken broken) {
    return switch (broken) {
      case FORGETS_ENDS -> DrivenQueue.Fault.FORGETS_ENDS;
      case READS_BACKWARDS -> DrivenQueue.Fault.READS_BACKWARDS;
      case IGNORES_RUNNING_ATTEMPTS -> DrivenQueue.Fault.IGNORES_RUNNING_ATTEMPTS;
      case ACKNOWLEDGES_BEFORE_THE_SYNC -> DrivenQueue.Fault.STORES_LAZILY;
      case DELETES_SEGMENTS_IN_USE -> DrivenQueue.Fault.DELETES_TOO_MUCH;
      default -> DrivenQueue.Fault.NONE;
    };
  }

  private java.util.function.Consumer<Routing.Change> follower(QueueFollowsMap follows) {
    return world.broken != Broken.OPENED_FORGOTTEN
        ? follows
        : change ->
            follows.accept(
                new Routing.Change(
                    change.target(), change.open() && agenda.chance(50), change.pair()));
  }

  int openPermits() {
    return gate.open();
  }

  /** It is dead: nothing it has planned will happen. What it holds of others is given back. */
  void die() {
    life.end();
    gate.closeAll();
  }

  Letter letter(Delivery delivery) {
    return world.letter(delivery.envelope().id(), delivery.recipient().lane());
  }

  // ---- a sender

  /** A message on its way in. */
  private final class Sending {
    private final String id;
    private final Answering answering;
    private final SimulatedBody body;
    private final List<Recipient> recipients = new ArrayList<>();
    private final List<Letter> letters = new ArrayList<>();

    Sending(String id, Answering answering) {
      this.id = id;
      this.answering = answering;
      boolean large = agenda.chance(5);
      int size = large ? agenda.random().nextInt(12_000) : agenda.random().nextInt(600);
      this.body = new SimulatedBody(world, id, size, agenda.chance(10));
    }

    void rcpt(String address) {
      var _ = path.recipient(address, Map.of()).whenComplete(this::answered);
    }

    private void answered(@Nullable Answer answer, @Nullable Throwable failure) {
      switch (answer) {
        case Answer.Accepted accepted -> recipients.add(accepted.recipient());
        case Answer.Rejected(Reply reply) when reply.permanent() -> mustBeClosed(reply);
        case Answer.Rejected _ -> {}
        case null -> throw world.breaks("NothingThrows", "at RCPT: " + failure);
      }
    }

    private void mustBeClosed(Reply reply) {
      boolean any =
          world.orders.users.values().stream()
              .anyMatch(user -> user.closedUntil >= agenda.now() - Agenda.SECOND);
      if (!any) {
        throw world.breaks("NoBounceForOurTrouble", "at RCPT: " + reply.line());
      }
    }

    void endOfData() {
      if (recipients.isEmpty()) {
        body.release();
        return;
      }
      recipients.forEach(to -> letters.add(world.sent(id, to.lane())));
      world.trace.say("end of data of %s for %s, answered %s", id, recipients, answering);
      Envelope envelope =
          new Envelope(id, "from@elsewhere.example", agenda.instant(), CLIENT, Map.of());
      var _ =
          path.message(envelope, recipients, body, answering)
              .whenComplete((verdict, failure) -> {
                body.release();
                if (verdict == null) {
                  throw world.breaks("NothingThrows", "at the end of data: " + failure);
                }
                hear(verdict.replies());
              });
    }

    private void hear(List<Reply> replies) {
      for (int i = 0; i < letters.size(); i++) {
        world.told(letters.get(i), replies.get(answering == Answering.ONCE ? 0 : i));
      }
    }
  }

  /** A client sends a message. */
  void send(String id, List<String> addresses, Answering answering) {
    Sending sending = new Sending(id, answering);
    bodies.add(sending.body);
    addresses.forEach(sending::rcpt);
    life.at(
        agenda.now() + 5 * Agenda.MILLI + agenda.random().nextLong(Agenda.MILLI),
        sending::endOfData);
  }

  // ---- the queue tells

  @Override
  public void stored(Envelope envelope, List<Held> recipients) {
    for (Held held : recipients) {
      Letter letter = world.letter(envelope.id(), held.recipient().lane());
      world.trace.say("stored %s: %s, %s", letter, held.entry(), held.reason());
      letter.queued = true;
      if (held.running() != null) {
        world.count(World.Kind.TAKEN_OVER);
      }
      switch (held.entry()) {
        case PARKED -> parked(letter);
        case DEFERRED ->
            world.troubleUntil(letter.lane, agenda.now() + 2 * world.limits.retryFirst().toNanos());
        case WAITING -> {}
      }
    }
  }

  private void parked(Letter letter) {
    letter.setAside = true;
    world.count(World.Kind.PARKED);
  }

  @Override
  public void ended(Delivery delivery, Outcome outcome, @Nullable Instant nextAttempt) {
    Letter letter = letter(delivery);
    world.trace.say("written: %s %s, next %s", letter, outcome, String.valueOf(nextAttempt));
    if (nextAttempt != null) {
      world.troubleUntil(letter.lane, Agenda.nanos(nextAttempt));
    }
    switch (outcome) {
      case Outcome.Refused _ -> parked(letter);
      case Outcome.Delivered _ -> ending.add(delivery);
      case Outcome.Returned _ -> {
        letter.gone = true;
        ending.add(delivery);
      }
      case Outcome.Deferred d when d.scope() == Outcome.Scope.NEXT_HOP ->
          world.trouble(world.orders.user(letter.lane).pair);
      default -> {}
    }
  }

  @Override
  public void durable(List<Delivery> ended) {
    for (Delivery delivery : ended) {
      Letter letter = letter(delivery);
      letter.overForGood |=
          ending.remove(delivery) && delivery.recipient().lane().equals(letter.lane);
    }
  }

  /** What is parked or waits, by mailbox, for a message of failure. */
  Map<String, Integer> held() {
    Map<String, Integer> held = new HashMap<>();
    queue.items().forEach(item -> held.merge(item.delivery().recipient().lane(), 1, Integer::sum));
    return held;
  }
}
