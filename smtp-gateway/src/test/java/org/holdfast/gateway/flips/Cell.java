package org.holdfast.gateway.flips;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.holdfast.gateway.flips.Conductor.Parked;
import org.holdfast.gateway.flips.Ledger.Done;
import org.holdfast.gateway.flips.World.Sending;
import org.holdfast.gateway.flips.World.Waiting;
import org.holdfast.routing.Flip;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * One delivery stopped at one point, one flip there, and what must be true of both. A user of its
 * own; pairs are shared with the other cells, so one cell runs at a time.
 */
final class Cell {

  /** How the delivery gets on its way. */
  enum Way {
    /** While its sender waits. */
    DIRECT,
    /** So too, but the sender has been answered and the queue owns the attempt. */
    HANDED_OVER,
    /** Out of the user's lane. */
    LANE
  }

  /** When the flip is made, and when it is taken back. */
  enum Mode {
    /** Without a wait; taken back when the delivery is over. */
    NO_WAIT,
    /** Without a wait, and taken back while the delivery is still where it is. */
    NO_WAIT_AND_BACK,
    /** It waits as long as it must, the delivery goes on; then it is taken back. */
    WAITS
  }

  private final World world;
  private final String user;
  private final FlipKind kind;
  private final Way way;
  private final Point point;
  private final Mode mode;
  private final Reaction reaction;
  private @Nullable Parked parked;

  Cell(World world, int number, FlipKind kind, Way way, Point point, Mode mode, Reaction reaction) {
    this.world = world;
    this.user = "u" + number + "@d" + number + ".example";
    this.kind = kind;
    this.way = way;
    this.point = point;
    this.mode = mode;
    this.reaction = reaction;
  }

  /** Whether there is such a moment on that way, and something to decide at it. */
  static boolean exists(Way way, Point point, Reaction reaction) {
    if (reaction != Reaction.YES) {
      return way == Way.LANE && point == Point.DOT_SAID;
    }
    return way != Way.HANDED_OVER || point.inTransaction();
  }

  @Override
  public String toString() {
    return kind + " " + way + " " + point + " " + mode + " " + reaction;
  }

  void run() {
    Done _ = world.mustBeDone(Order.create(user, "p0"));
    Sending first = bringToPoint();
    switch (mode) {
      case NO_WAIT -> withoutWait(first, false);
      case NO_WAIT_AND_BACK -> withoutWait(first, true);
      case WAITS -> waiting();
    }
    mustAllArrive(first);
  }

  // ---- the delivery

  private Sending bringToPoint() {
    Sending first;
    if (way == Way.LANE) {
      Done _ = world.mustBeDone(Order.user(user, UserState.MOVING, null));
      first = world.send(true, user);
      assertThat(first.accepted()).isTrue();
      stopHere();
      Done _ = world.mustBeDone(Order.user(user, UserState.ACTIVE, null));
    } else {
      stopHere();
      first = world.send(way == Way.DIRECT, user);
    }
    if (point == Point.RECORDED) {
      world.conductor.await("the delivery is over", () -> isOver(first));
    } else {
      parked = world.conductor.awaitParked();
    }
    if (way == Way.HANDED_OVER) {
      assertThat(first.accepted()).as("the queue has it").isTrue();
    }
    return first;
  }

  private boolean isOver(Sending sending) {
    return sending.verdict().isDone() && !world.waits(user);
  }

  private void stopHere() {
    world.conductor.stopAt(stop ->
        parked == null
            && stop.point() == point
            && stop.mailboxes().contains(user)
            && stop.fromQueue() == (way == Way.LANE));
  }

  private void goOn() {
    Parked here = parked;
    world.conductor.stopAt(_ -> false);
    if (here != null) {
      world.conductor.letGo(here, reaction);
    }
  }

  // ---- the flip

  private void withoutWait(Sending first, boolean backBeforeItGoesOn) {
    List<Done> done =
        kind.away(user).stream().map(order -> world.flip(order, World.NO_WAIT)).toList();
    if (point.permitIsOpen()) {
      mustNameWhatIsOpen(done.getFirst(), first);
    } else {
      assertThat(done).as("nothing is open").allMatch(Done::quiesced);
    }
    if (backBeforeItGoesOn) {
      takeBack();
    }
    goOn();
    world.conductor.await("the attempt is over", () -> world.open(user).isEmpty());
    Sending second = world.send(true, user);
    world.conductor.await("the second was answered", second.verdict()::isDone);
    takeBack();
  }

  private void mustNameWhatIsOpen(Done done, Sending first) {
    Flip flip = done.flip();
    assertThat(flip).isNotNull();
    assertThat(done.quiesced()).as("%s must not say quiesced", done).isFalse();
    assertThat(flip.open())
        .singleElement()
        .satisfies(open -> {
          assertThat(open.mailbox()).isEqualTo(user);
          assertThat(open.pair()).isEqualTo("p0");
          assertThat(open.member()).isEqualTo("p0-a");
          assertThat(open.what()).contains(first.id(), World.CLIENT);
          assertThat(open.since()).isNotNull();
        });
  }

  private void waiting() {
    Waiting flip = world.flipAside(kind.away(user), World.FOR_EVER);
    world.conductor.await("the flip waits", flip::waitsOrIsDone);
    if (point.permitIsOpen()) {
      assertThat(flip.done).as("the flip must wait").isNotDone();
    } else {
      assertThat(flip.done.join()).allMatch(Done::quiesced);
    }
    Sending second = world.send(false, user);
    goOn();
    world.conductor.await("the flip returns", flip.done::isDone);
    assertThat(flip.done.join()).allMatch(Done::quiesced);
    world.conductor.await("the second was answered", second.verdict()::isDone);
    takeBack();
  }

  private void takeBack() {
    for (Order order : kind.back(user)) {
      assertThat(world.flip(order, World.FOR_EVER).flip()).as("%s", order).isNotNull();
    }
  }

  // ---- what must be true at the end

  private void mustAllArrive(Sending first) {
    world.conductor.await("the first was answered", first.verdict()::isDone);
    Sending last = world.send(true, user);
    assertThat(last.accepted()).isTrue();
    world.conductor.await("nothing waits for " + user, () -> !world.waits(user));
    Invariants invariants = new Invariants(world.ledger);
    assertThat(invariants.broken(Set.of())).isEmpty();
    assertThat(invariants.nothingIsLost()).isEmpty();
    assertThat(invariants.newestEpochStands(world::standing)).isEmpty();
    assertThat(world.open(user)).isEmpty();
  }
}
