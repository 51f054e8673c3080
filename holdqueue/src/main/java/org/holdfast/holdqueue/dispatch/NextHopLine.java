package org.holdfast.holdqueue.dispatch;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that wait their turn for one next hop, and what bounds them: the rate, and what the
 * {@link Member} that answers now bears. One lane is here in at most one of three places: waiting,
 * being read, ready.
 */
final class NextHopLine {

  /** About how many deliveries are in memory ahead of their turns, all lanes together. */
  private static final int READ_AHEAD = 8_192;

  private DispatchLimits limits;
  private final Backoff probes;

  final String name;

  /** Who answers for this next hop now. */
  Member member;

  RateLimit rate;
  final ReleaseMeter meter = new ReleaseMeter();
  final TurnOrder waiting = new TurnOrder();
  final TurnOrder ready = new TurnOrder();
  final Set<Lane> running = new LinkedHashSet<>();

  /** Lanes of this next hop were left in the backlog for want of room. */
  boolean more;

  /** Some of them are filed under another next hop there. */
  boolean strays;

  /** The walk that brings them back. */
  @Nullable Walk refill;

  long lastUse;
  private int loading;

  NextHopLine(String name, String member, DispatchLimits limits, Backoff probes) {
    this.name = name;
    this.limits = limits;
    this.probes = probes;
    this.member = new Member(member, limits, probes);
    this.rate = new RateLimit(limits.rate());
  }

  /** This rate from now on; what a member bears stays as it was learnt. */
  void become(DispatchLimits other) {
    limits = other;
    rate = new RateLimit(other.rate());
  }

  /** Its mail goes to this member from now on. */
  void leadsTo(String name) {
    if (!member.name.equals(name)) {
      member = new Member(name, limits, probes);
    }
  }

  int size() {
    return waiting.size() + loading + ready.size();
  }

  boolean isFull() {
    return size() >= limits.window();
  }

  /** Half empty: time to read further lanes. */
  boolean hasRoom() {
    return size() <= limits.window() / 2;
  }

  void enqueue(Lane lane) {
    lane.line = this;
    lane.phase = Lane.Phase.WAITING;
    waiting.add(lane);
  }

  /** Takes a lane out of whichever place it is in here. */
  void leave(Lane lane) {
    switch (lane.phase) {
      case WAITING -> waiting.remove(lane);
      case READY -> ready.remove(lane);
      case LOADING -> loading--;
      default -> {
        return;
      }
    }
    lane.phase = Lane.Phase.BETWEEN;
  }

  void loads(Lane lane) {
    lane.phase = Lane.Phase.LOADING;
    loading++;
  }

  void isReady(Lane lane) {
    lane.phase = Lane.Phase.READY;
    ready.add(lane);
  }

  /** Should the head of another lane be at hand? */
  boolean wantsMoreReady() {
    int wanted = member.breaker.isClosed() ? 2 * member.concurrency.allowed() : 1;
    int atHand = loading + ready.size();
    // Who comes with a higher priority does not wait for those who happen to be read already.
    boolean jumps = atHand < 2 * wanted && waiting.outranks(ready);
    return !waiting.isEmpty() && (atHand < wanted || jumps);
  }

  /** How many deliveries to read of a lane: few when many wait, since its turns are far apart. */
  int batch() {
    int share = Math.max(2, READ_AHEAD / (waiting.size() + 1));
    return Math.min(share, limits.batch());
  }

  boolean mayBegin(long now) {
    return !ready.isEmpty() && member.mayBegin(now) && rate.admits(now);
  }

  /** Its turn has come and its way was asked once more: may it begin at this member? */
  boolean mayBeginAt(String name, long now) {
    leadsTo(name);
    return member.mayBegin(now);
  }

  void begins(Lane lane, long now) {
    lane.member = member;
    member.begins(lane);
    rate.take(now);
    running.add(lane);
    lastUse = now;
  }

  /** When time alone will let the next attempt begin; {@link Long#MAX_VALUE}: it will not. */
  long nextBegin(long now) {
    return ready.isEmpty() ? Long.MAX_VALUE : Math.max(member.nextBegin(now), rate.next(now));
  }

  boolean isIdle() {
    return size() == 0 && running.isEmpty() && !more && refill == null;
  }

  /**
   * @param wall the time of day that {@code now} is
   */
  DispatchStatus.NextHop status(long now, Instant wall) {
    Breaker breaker = member.breaker;
    boolean open = breaker.state() == DispatchStatus.Breaker.OPEN;
    long began = meter.began(now);
    return new DispatchStatus.NextHop(
        name,
        member.name,
        breaker.state(),
        open ? wall.plusNanos(breaker.nextProbe() - now) : null,
        member.lastReply,
        running.size(),
        member.inFlight() == 0 ? null : wall.plusNanos(member.oldest() - now),
        member.concurrency.allowed(),
        size(),
        more || refill != null,
        meter.done(now),
        meter.rate(now),
        began < 0 ? null : wall.plusNanos(began - now),
        began < 0 ? null : wall.plusNanos(meter.last() - now),
        lanes());
  }

  private List<DispatchStatus.Lane> lanes() {
    Stream<Lane> next = Stream.concat(ready.stream(), waiting.stream());
    return Stream.concat(running.stream(), next)
        .limit(DispatchStatus.NextHop.LANES)
        .map(l -> new DispatchStatus.Lane(l.name, l.done, l.phase == Lane.Phase.RUNNING))
        .toList();
  }
}
