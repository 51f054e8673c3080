package org.holdfast.gateway.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.holdfast.gateway.deliver.Transaction.Origin;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.simulation.Agenda;
import org.jspecify.annotations.Nullable;

/** What there is, and what really happened: outside the gateway, so no crash touches it. */
final class World {

  /** Small, so that every bound is met. */
  private static final DispatchLimits LIMITS =
      new DispatchLimits(
          3,
          0,
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofMillis(250),
          Duration.ofSeconds(3),
          Duration.ofSeconds(1),
          1,
          2,
          3,
          2,
          3);

  /** How a member answers. */
  enum Health {
    WELL,
    /** All is well, but it takes its time. */
    SLOW,
    /** Every answer may be a bad one, and every connection may be cut anywhere. */
    FLAKY,
    /** Connections are refused. */
    REFUSES,
    /** Nobody answers when a connection is asked for. */
    SILENT,
    /** It takes connections and answers nothing, before or after the final dot. */
    STALLED
  }

  /** How often each kind of trouble comes, out of a hundred; drawn anew for each seed. */
  record Climate(int flips, int crashes, int members, int disk, int map, int acts, int bursts) {

    static Climate of(Agenda agenda) {
      return new Climate(
          agenda.random().nextInt(30),
          agenda.random().nextInt(4),
          agenda.random().nextInt(20),
          agenda.chance(50) ? 0 : agenda.random().nextInt(6),
          agenda.random().nextInt(4),
          agenda.random().nextInt(10),
          agenda.random().nextInt(12));
    }
  }

  final Agenda agenda;
  final Agenda.Life ground;
  final Trace trace;
  final Broken broken;
  final Climate climate;
  final DispatchLimits limits;
  final Orders orders = new Orders();
  final Map<String, Health> health = new HashMap<>();
  final Map<String, Integer> priorities = new HashMap<>();

  /** The line of each lane, as it was last asked for. */
  final Map<String, String> lines = new HashMap<>();

  /** By id and mailbox. */
  private final Map<String, Letter> byName = new HashMap<>();

  final List<Letter> letters = new ArrayList<>();
  final Map<String, List<Letter>> lanes = new HashMap<>();
  final Set<Open> open = new LinkedHashSet<>();
  final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

  boolean mapDown;
  boolean healed;
  @Nullable Gateway gateway;

  /** Until when something troubled everybody, a pair, a lane: for who checks that nobody waits. */
  long troubled;

  final Map<String, Long> pairTroubled = new HashMap<>();
  final Map<String, Long> laneTroubled = new HashMap<>();
  private final List<Invariant> invariants;
  private @Nullable BrokenPromise violation;

  /** What is counted, to show that everything happens. */
  enum Kind {
    SENT,
    ACCEPTED,
    REFUSED,
    STORED_AT_A_BACKEND,
    TWICE,
    FLIPS,
    QUIESCED,
    CRASHES,
    STARTS_THAT_FAILED,
    LOG_FAILURES,
    TAKEN_OVER,
    PARKED,
    REDIRECTED,
    DISCARDED,
    NOT_BELIEVED
  }

  World(long seed, Broken broken, boolean tracing) {
    this.agenda = new Agenda(seed);
    this.ground = agenda.birth();
    this.trace = new Trace(agenda, tracing);
    this.broken = broken;
    this.climate = Climate.of(agenda);
    double rate = agenda.chance(25) ? 20 : 0;
    this.limits = LIMITS.with(3, rate, LIMITS.retryFirst(), LIMITS.retryMax());
    this.invariants = Invariants.all(this);
    Users.PAIRS.forEach(pair -> {
      health.put(Users.member(pair, false), Health.WELL);
      health.put(Users.member(pair, true), Health.WELL);
    });
  }

  /** What the gateway is given for limits. */
  DispatchLimits configured() {
    return switch (broken) {
      case TOO_MANY_CONNECTIONS ->
          limits.with(6, limits.rate(), limits.retryFirst(), limits.retryMax());
      case NO_RATE -> limits.with(3, 0, limits.retryFirst(), limits.retryMax());
      default -> limits;
    };
  }

  void count(Kind kind) {
    counts.merge(kind, 1, Integer::sum);
  }

  // ---- letters

  Letter sent(String id, String lane) {
    Letter letter = new Letter(id, lane, agenda.now());
    letters.add(letter);
    name(letter);
    count(Kind.SENT);
    return letter;
  }

  private void name(Letter letter) {
    byName.put(letter.id + ' ' + letter.lane, letter);
    lanes.computeIfAbsent(letter.lane, _ -> new ArrayList<>()).add(letter);
  }

  Letter letter(String id, String lane) {
    Letter letter = byName.get(id + ' ' + lane);
    if (letter == null) {
      throw breaks("NothingIsInvented", "nobody sent " + id + " for " + lane);
    }
    return letter;
  }

  boolean isNamed(String id, String lane) {
    return byName.containsKey(id + ' ' + lane);
  }

  /** A person sent it to another mailbox; who asks for the old one still finds it. */
  void redirected(Letter letter, String lane) {
    letter.setAside = true;
    letter.mayComeAgain("redirected while it may have been on its way");
    letter.lane = lane;
    name(letter);
  }

  /** The same, if a restart shows it there. */
  void maybeRedirected(Letter letter, String lane) {
    letter.maybeLane = lane;
    byName.put(letter.id + ' ' + lane, letter);
  }

  /** The sender heard this about it. */
  void told(Letter letter, Reply reply) {
    letter.reply = reply;
    trace.say("%s: the sender hears %s", letter, reply.line());
    if (reply.positive()) {
      letter.accepted = agenda.now();
      count(Kind.ACCEPTED);
    } else {
      count(Kind.REFUSED);
    }
    each(invariant -> invariant.told(letter, reply));
  }

  // ---- transactions

  void begins(Open transaction) {
    transaction.line = lines.getOrDefault(transaction.lanes.getFirst(), "");
    trace.say("begins %s", transaction);
    each(invariant -> invariant.begins(transaction));
    open.add(transaction);
  }

  void ends(Open transaction) {
    transaction.over = true;
    open.remove(transaction);
    if (isSlow(transaction)) {
      trouble(transaction.pair());
    }
    transaction.lanes.forEach(lane -> troubleUntil(lane, agenda.now()));
  }

  /** Its pair makes others wait for its connections, or may. */
  boolean isSlow(Open transaction) {
    return agenda.now() - transaction.begun > Agenda.SECOND;
  }

  /** The backend has put it into the mailbox. */
  void stored(Open transaction, Letter letter) {
    letter.copies++;
    trace.say("%s has %s, copy %d", transaction.member, letter, letter.copies);
    count(letter.copies == 1 ? Kind.STORED_AT_A_BACKEND : Kind.TWICE);
    each(invariant -> invariant.stored(transaction, letter));
  }

  // ---- what else is told

  void quiesced(Quiesced flip) {
    trace.say("quiesced: %s", flip);
    count(Kind.QUIESCED);
    each(invariant -> invariant.quiesced(flip));
    orders.quiesced(flip);
  }

  void recovered(Gateway of) {
    each(invariant -> invariant.recovered(of));
  }

  void turned(org.holdfast.holdqueue.dispatch.DispatchStatus status) {
    each(invariant -> invariant.turned(status));
  }

  void stepped(Gateway of) {
    each(invariant -> invariant.stepped(of));
  }

  void atRest(Gateway of) {
    each(invariant -> invariant.atRest(of));
  }

  private void each(Consumer<Invariant> event) {
    try {
      invariants.forEach(event);
    } catch (BrokenPromise e) {
      note(e);
      throw e;
    }
  }

  /** The first one counts, even if what is under test swallows it. */
  private void note(BrokenPromise e) {
    if (violation == null) {
      violation = e;
    }
  }

  /** A promise that has no class of its own is broken. */
  BrokenPromise breaks(String invariant, String how) {
    BrokenPromise e = new BrokenPromise(invariant, how);
    note(e);
    return e;
  }

  /** To be asked after every step. */
  void mustBeUnbroken() {
    BrokenPromise first = violation;
    if (first != null) {
      throw first;
    }
  }

  // ---- trouble that excuses waiting

  void troubleForAll() {
    troubled = agenda.now();
  }

  void trouble(String pair) {
    pairTroubled.put(pair, agenda.now());
  }

  void troubleUntil(String lane, long when) {
    laneTroubled.merge(lane, when, Math::max);
  }

  long openFromTheQueue(String line) {
    return open.stream().filter(o -> o.origin == Origin.QUEUE && o.line.equals(line)).count();
  }

  /** A snapshot for a message of failure. */
  Map<String, Object> standing() {
    Map<String, Object> standing = new LinkedHashMap<>();
    standing.put("health", health);
    standing.put("open", open);
    standing.put("climate", climate);
    return standing;
  }
}
