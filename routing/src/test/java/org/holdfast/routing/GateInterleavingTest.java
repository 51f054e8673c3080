package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of deliveries with flips, on the real {@link Gate}, with a scheduler of our
 * own: each actor is a list of steps, a step is what is atomic in real life (one turn under the
 * gate's lock, or one volatile read or write).
 *
 * <p>The fact: once a flip is quiesced, no permit of the old location is open, and none is given
 * until it is opened. The broken variants show that the test would see it if it were not so.
 */
class GateInterleavingTest {

  private static final Standing STANDING = new Standing("", Instant.EPOCH, "", 1);
  private static final String ALICE = "alice@example.com";

  /** One step; it can be taken when {@code enabled}. */
  private record Step(BooleanSupplier enabled, Runnable act) {
    static Step of(Runnable act) {
      return new Step(() -> true, act);
    }
  }

  /** Where a delivery goes. */
  private record Place(String pair, String member) {}

  /** What is read of a user's row; null in the world: there is no such user. */
  private record Row(UserState state, String pair, int epoch) {
    Row next(UserState newState, String newPair) {
      return new Row(newState, newPair, epoch + 1);
    }
  }

  /** What is read of the wide state, at once. */
  private record Wide(boolean held, boolean userInSwitch, boolean pairInSwitch, String member) {
    Wide held(boolean now) {
      return new Wide(now, userInSwitch, pairInSwitch, member);
    }

    Wide userInSwitch(boolean now) {
      return new Wide(held, now, pairInSwitch, member);
    }

    Wide pairInSwitch(boolean now) {
      return new Wide(held, userInSwitch, now, member);
    }

    Wide member(String now) {
      return new Wide(held, userInSwitch, pairInSwitch, now);
    }
  }

  /**
   * A world: the map in two variables, the gate, and what flips have claimed of it. A flip's
   * writing is one step, because one change of the map runs at a time.
   */
  private static final class World {

    final Gate gate = new Gate(InstantSource.fixed(Instant.EPOCH));
    volatile @Nullable Row row = new Row(UserState.ACTIVE, "old", 1);
    volatile Wide wide = new Wide(false, false, false, "a");
    final List<Place> open = new ArrayList<>();

    /** What may not be open, since a flip said so; a newer flip may take it back. */
    final List<Predicate<Place>> claims = new ArrayList<>();

    boolean broken;

    void check() {
      broken |= claims.stream().anyMatch(claim -> open.stream().anyMatch(claim));
    }

    void claim(Predicate<Place> gone) {
      claims.add(gone);
      check();
    }

    Delivery delivery() {
      return new Delivery(this);
    }

    Flipper flipper(Predicate<Gate.Lease> concerns, Predicate<Place> claim) {
      return new Flipper(this, concerns, claim);
    }

    /** A flip of the user. */
    Flipper ofUser(Predicate<Place> claim) {
      return flipper(Concern.ofUsers(Set.of(ALICE)), claim);
    }
  }

  private static boolean anywhere(Place any) {
    return true;
  }

  private static boolean onOldPair(Place place) {
    return place.pair().equals("old");
  }

  private static boolean onOldMember(Place place) {
    return place.member().equals("a");
  }

  /** The steps of one flip, as {@link Flips} and {@link Holds} take them. */
  private static final class Flipper {

    private final World world;
    private final Predicate<Gate.Lease> concerns;
    private final Predicate<Place> claim;
    private Gate.@Nullable Drain drain;
    private @Nullable Row from;
    private boolean drained;
    private boolean began;
    private boolean switches;

    final Step show;
    final Step release;
    final Step moving;
    final Step active;
    final Step remove;
    final Step beginSwitch;
    final Step endSwitch;
    final Step beginPairSwitch;
    final Step endPairSwitch;
    final Step look;
    final Step await;
    final Step giveUp;

    Flipper(World w, Predicate<Gate.Lease> concerns, Predicate<Place> claim) {
      this.world = w;
      this.concerns = concerns;
      this.claim = claim;
      show = Step.of(() -> w.wide = w.wide.held(true));
      release = Step.of(() -> reopen(() -> w.wide = w.wide.held(false)));
      moving = Step.of(() -> write(UserState.MOVING));
      active = Step.of(() -> reopen(() -> write(UserState.ACTIVE)));
      remove = Step.of(() -> w.row = null);
      beginSwitch = Step.of(this::beginSwitch);
      endSwitch = Step.of(this::endSwitch);
      beginPairSwitch = Step.of(this::beginPairSwitch);
      endPairSwitch = Step.of(this::endPairSwitch);
      look = Step.of(() -> drain = w.gate.drain(this.concerns));
      await = new Step(() -> drain != null && drain.empty().isDone(), this::claimed);
      giveUp = Step.of(this::giveUp);
    }

    private void write(UserState state) {
      Row now = world.row;
      if (now != null) {
        world.row = now.next(state, now.pair());
      }
    }

    /** A newer flip takes back what older ones have claimed. */
    private void reopen(Runnable write) {
      world.claims.clear();
      write.run();
    }

    private void beginSwitch() {
      switches = true; // it claims nothing before its end, and nothing at all if it did not begin
      from = world.row;
      began = from != null && from.state() == UserState.ACTIVE;
      if (began) {
        world.wide = world.wide.userInSwitch(true);
      }
    }

    private void claimed() {
      drained = true;
      if (!switches) {
        world.claim(claim);
      }
    }

    private void beginPairSwitch() {
      switches = true;
      world.wide = world.wide.pairInSwitch(true);
    }

    private void giveUp() {
      drained = drain != null && drain.giveUp().isEmpty();
      if (drained && !switches) {
        world.claim(claim);
      }
    }

    /** The newest change wins: a user that was changed meanwhile is left alone. */
    private void endSwitch() {
      if (!began) {
        return;
      }
      Row was = from;
      if (drained && was != null && was.equals(world.row)) {
        world.row = was.next(was.state(), "new");
        world.claim(claim);
      }
      world.wide = world.wide.userInSwitch(false);
    }

    private void endPairSwitch() {
      if (drained) {
        world.wide = world.wide.member("b");
        world.claim(claim);
      }
      world.wide = world.wide.pairInSwitch(false);
    }
  }

  /** One delivery; reads the map in two steps, in the order that {@link EffectiveState} says. */
  private static final class Delivery {

    private final World world;
    private Gate.@Nullable Lease lease;
    private @Nullable Wide seenWide;
    private @Nullable Row seenRow;
    private @Nullable Permit permit;
    private @Nullable Place place;

    final Step register;
    final Step readWide;
    final Step readRow;
    final Step decide;
    final Step close;

    Delivery(World world) {
      this.world = world;
      register = Step.of(() -> lease = world.gate.register(ALICE, "x"));
      readWide = Step.of(() -> seenWide = world.wide);
      readRow = Step.of(() -> seenRow = world.row);
      decide = Step.of(this::decide);
      close = Step.of(this::close);
    }

    private void decide() {
      Gate.Lease mine = lease;
      Wide wide = seenWide;
      if (mine == null || wide == null) {
        throw new IllegalStateException("decided before it was registered");
      }
      if (world.gate.decide(mine, state(wide)) instanceof Entry.Go go) {
        permit = go.permit();
        Place there = new Place(go.permit().pair(), go.permit().member().name());
        place = there;
        world.open.add(there);
        world.check();
      }
    }

    private EffectiveState state(Wide wide) {
      Row row = seenRow;
      if (row == null) {
        return new EffectiveState.Refused(new Location.UnknownUser(ALICE));
      }
      User user = user(row);
      boolean shut =
          wide.held()
              || wide.userInSwitch()
              || wide.pairInSwitch()
              || row.state() != UserState.ACTIVE;
      return shut
          ? new EffectiveState.OnHold(user, java.util.List.of("on hold"))
          : new EffectiveState.Open(user, member(wide.member()));
    }

    private void close() {
      if (permit != null) {
        world.open.remove(place);
        permit.close();
      }
    }

    Step[] right() {
      return new Step[] {register, readWide, readRow, decide, close};
    }

    Step[] stateReadFirst() {
      return new Step[] {readWide, readRow, register, decide, close};
    }

    Step[] rowReadFirst() {
      return new Step[] {register, readRow, readWide, decide, close};
    }
  }

  private static User user(Row row) {
    return new User(ALICE, row.pair(), row.state(), STANDING);
  }

  private static Member member(String name) {
    return new Member(name, new HostPort("host", 24), null);
  }

  private static Step[] steps(Step... steps) {
    return steps;
  }

  /** What an exhaustive search found. */
  private record Search(int schedules, int broken, int stuck) {}

  /** Tries every order in which the actors can take their steps. */
  private static Search everyOrder(Supplier<WorldAndActors> fresh) {
    int[] found = new int[3];
    List<Integer> choices = new ArrayList<>();
    do {
      run(fresh.get(), choices, found);
    } while (nextChoices(choices));
    return new Search(found[0], found[1], found[2]);
  }

  private record WorldAndActors(World world, List<Step[]> actors) {}

  /** Choices are kept as (chosen, possible) pairs in one number: chosen * 16 + possible. */
  private static void run(WorldAndActors setting, List<Integer> choices, int[] found) {
    int[] at = new int[setting.actors().size()];
    for (int depth = 0; ; depth++) {
      List<Integer> ready = ready(setting.actors(), at);
      if (ready.isEmpty()) {
        break;
      }
      if (depth == choices.size()) {
        choices.add(ready.size());
      }
      int actor = ready.get(choices.get(depth) / 16);
      setting.actors().get(actor)[at[actor]++].act().run();
    }
    found[0]++;
    found[1] += setting.world().broken || !setting.world().gate.open().isEmpty() ? 1 : 0;
    boolean finished = true;
    for (int i = 0; i < at.length; i++) {
      finished &= at[i] == setting.actors().get(i).length;
    }
    found[2] += finished ? 0 : 1;
  }

  private static List<Integer> ready(List<Step[]> actors, int[] at) {
    List<Integer> ready = new ArrayList<>(actors.size());
    for (int i = 0; i < at.length; i++) {
      if (at[i] < actors.get(i).length && actors.get(i)[at[i]].enabled().getAsBoolean()) {
        ready.add(i);
      }
    }
    return ready;
  }

  private static boolean nextChoices(List<Integer> choices) {
    while (!choices.isEmpty()) {
      int last = choices.removeLast();
      int chosen = last / 16 + 1;
      if (chosen < last % 16) {
        choices.add(chosen * 16 + last % 16);
        return true;
      }
    }
    return false;
  }

  /** Two deliveries and one flip of a world. */
  private static Search twoAnd(Function<Delivery, Step[]> delivery, Function<World, Step[]> flip) {
    return everyOrder(() -> {
      World w = new World();
      return new WorldAndActors(
          w,
          Arrays.asList(delivery.apply(w.delivery()), delivery.apply(w.delivery()), flip.apply(w)));
    });
  }

  /** One delivery after the other, and one flip of a world. */
  private static Search inTurnAnd(Function<World, Step[]> flip) {
    return everyOrder(() -> {
      World w = new World();
      Step[] both =
          Stream.of(w.delivery(), w.delivery())
              .flatMap(d -> Stream.of(d.right()))
              .toArray(Step[]::new);
      return new WorldAndActors(w, Arrays.asList(both, flip.apply(w)));
    });
  }

  /** One delivery and two flips of a world. */
  private static Search oneAnd(Function<World, Step[]> flip, Function<World, Step[]> other) {
    return everyOrder(() -> {
      World w = new World();
      return new WorldAndActors(
          w, Arrays.asList(w.delivery().right(), flip.apply(w), other.apply(w)));
    });
  }

  private static void assertRight(Search search, int schedules) {
    assertThat(search).isEqualTo(new Search(schedules, 0, 0));
  }

  private static Step[] holdOf(World w, Predicate<Gate.Lease> concerns) {
    Flipper f = w.flipper(concerns, GateInterleavingTest::anywhere);
    return steps(f.show, f.look, f.await);
  }

  private static Step[] userMoving(World w) {
    Flipper f = w.ofUser(GateInterleavingTest::anywhere);
    return steps(f.moving, f.look, f.await);
  }

  private static Step[] userMovingAndBack(World w) {
    Flipper f = w.ofUser(GateInterleavingTest::anywhere);
    return steps(f.moving, f.look, f.await, f.active);
  }

  private static Step[] userSwitch(World w) {
    Flipper f = w.ofUser(GateInterleavingTest::onOldPair);
    return steps(f.beginSwitch, f.look, f.await, f.endSwitch);
  }

  private static Step[] userSwitchThatGivesUp(World w) {
    Flipper f = w.ofUser(GateInterleavingTest::onOldPair);
    return steps(f.beginSwitch, f.look, f.giveUp, f.endSwitch);
  }

  private static Step[] pairSwitch(World w) {
    Flipper f = w.flipper(Concern.ofPair("old"), GateInterleavingTest::onOldMember);
    return steps(f.beginPairSwitch, f.look, f.await, f.endPairSwitch);
  }

  private static Step[] pairSwitchThatGivesUp(World w) {
    Flipper f = w.flipper(Concern.ofPair("old"), GateInterleavingTest::onOldMember);
    return steps(f.beginPairSwitch, f.look, f.giveUp, f.endPairSwitch);
  }

  // ---- holds: of a user, and of everything wider

  @Test
  void userMoving_everyInterleaving_nothingIsOpenOnceQuiesced() {
    assertRight(twoAnd(Delivery::right, GateInterleavingTest::userMoving), 36_332);
  }

  @Test
  void wideHold_everyInterleaving_nothingIsOpenOnceQuiesced() {
    for (Predicate<Gate.Lease> concerns :
        List.of(Concern.ofPair("old"), Concern.ofDomain("example.com"), Concern.ofEverything())) {
      assertRight(twoAnd(Delivery::right, w -> holdOf(w, concerns)), 31_794);
    }
  }

  @Test
  void hold_thatGivesUp_saysQuiescedOnlyWhenItIs() {
    assertRight(
        twoAnd(
            Delivery::right,
            w -> {
              Flipper f = w.ofUser(GateInterleavingTest::anywhere);
              return steps(f.moving, f.look, f.giveUp);
            }),
        72_072);
  }

  @Test
  void hold_andReleaseAndHoldAgain_everyInterleavingIsRight() {
    assertRight(
        inTurnAnd(w -> {
          Flipper first = w.flipper(Concern.ofEverything(), GateInterleavingTest::anywhere);
          Flipper second = w.flipper(Concern.ofEverything(), GateInterleavingTest::anywhere);
          return steps(
              first.show,
              first.look,
              first.await,
              first.release,
              second.show,
              second.look,
              second.await);
        }),
        7_045);
  }

  @Test
  void hold_brokenVariantStateReadFirst_isCaught() {
    assertThat(twoAnd(Delivery::stateReadFirst, GateInterleavingTest::userMoving).broken())
        .isPositive();
  }

  @Test
  void hold_brokenVariantLooksBeforeItShows_isCaught() {
    Search search =
        twoAnd(
            Delivery::right,
            w -> {
              Flipper f = w.ofUser(GateInterleavingTest::anywhere);
              return steps(f.look, f.moving, f.await);
            });
    assertThat(search.broken()).isPositive();
  }

  @Test
  void hold_brokenVariantDoesNotWait_isCaught() {
    Search search =
        twoAnd(
            Delivery::right,
            w -> {
              Flipper f = w.ofUser(GateInterleavingTest::anywhere);
              return steps(f.moving, f.look, Step.of(() -> w.claim(f.claim)));
            });
    assertThat(search.broken()).isPositive();
  }

  // ---- switches: of a user's pair, of a pair's member

  @Test
  void userSwitch_everyInterleaving_oldPairSeesNothingAfterwards() {
    assertRight(twoAnd(Delivery::right, GateInterleavingTest::userSwitch), 65_448);
  }

  @Test
  void userSwitch_thatGivesUp_movesOnlyWhenNothingIsOpen() {
    assertRight(twoAnd(Delivery::right, GateInterleavingTest::userSwitchThatGivesUp), 252_252);
  }

  @Test
  void userSwitch_brokenVariantRowReadFirst_isCaught() {
    assertThat(twoAnd(Delivery::rowReadFirst, GateInterleavingTest::userSwitch).broken())
        .isPositive();
  }

  @Test
  void pairSwitch_everyInterleaving_oldMemberSeesNothingAfterwards() {
    assertRight(twoAnd(Delivery::right, GateInterleavingTest::pairSwitch), 65_448);
  }

  @Test
  void pairSwitch_thatGivesUp_switchesOnlyWhenNothingIsOpen() {
    assertRight(inTurnAnd(GateInterleavingTest::pairSwitchThatGivesUp), 1_001);
  }

  @Test
  void pairSwitch_brokenVariantShownAfterItLooked_isCaught() {
    Search search =
        twoAnd(
            Delivery::right,
            w -> {
              Flipper f = w.flipper(Concern.ofPair("old"), GateInterleavingTest::onOldMember);
              return steps(f.look, f.beginPairSwitch, f.await, f.endPairSwitch);
            });
    assertThat(search.broken()).isPositive();
  }

  // ---- two flips at the same time

  @Test
  void userMoving_andSwitchOfTheUser_everyInterleavingIsRight() {
    assertRight(oneAnd(GateInterleavingTest::userMoving, GateInterleavingTest::userSwitch), 11_391);
  }

  @Test
  void userMovingAndBack_andSwitchOfTheUser_everyInterleavingIsRight() {
    assertRight(
        oneAnd(GateInterleavingTest::userMovingAndBack, GateInterleavingTest::userSwitch), 30_564);
  }

  @Test
  void userMoving_andSwitchOfThePair_everyInterleavingIsRight() {
    assertRight(oneAnd(GateInterleavingTest::userMoving, GateInterleavingTest::pairSwitch), 11_391);
  }

  @Test
  void holdOfThePair_andSwitchOfTheUser_everyInterleavingIsRight() {
    assertRight(
        oneAnd(
            w -> {
              Flipper f = w.flipper(Concern.ofPair("old"), GateInterleavingTest::onOldPair);
              return steps(f.show, f.look, f.await);
            },
            GateInterleavingTest::userSwitch),
        10_800);
  }

  @Test
  void twoHolds_ofEverythingAndOfTheUser_bothAreQuiesced() {
    assertRight(
        oneAnd(GateInterleavingTest::userMoving, w -> holdOf(w, Concern.ofEverything())), 4_799);
  }

  // ---- the user goes away

  @Test
  void removalOfTheUser_duringAHold_everyInterleavingIsRight() {
    assertRight(
        oneAnd(
            w -> steps(w.ofUser(GateInterleavingTest::anywhere).remove),
            GateInterleavingTest::userMovingIfThere),
        342);
  }

  private static Step[] userMovingIfThere(World w) {
    Flipper f = w.ofUser(GateInterleavingTest::anywhere);
    Step write =
        Step.of(() -> {
          if (w.row != null) {
            f.moving.act().run();
          }
        });
    return steps(write, f.look, f.await);
  }

  @Test
  void removalOfTheUser_duringASwitch_doesNotBringTheUserBack() {
    Search search =
        everyOrder(() -> {
          World w = new World();
          Flipper gone = w.ofUser(GateInterleavingTest::anywhere);
          Flipper f = w.ofUser(GateInterleavingTest::onOldPair);
          Step last =
              Step.of(() -> {
                boolean there = w.row != null;
                f.endSwitch.act().run();
                w.broken |= !there && w.row != null;
              });
          return new WorldAndActors(
              w,
              Arrays.asList(
                  w.delivery().right(),
                  steps(gone.remove),
                  steps(f.beginSwitch, f.look, f.await, last)));
        });
    assertRight(search, 614);
  }

  @Test
  void drain_interruptedOrOutOfTime_saysWhatIsOpen() {
    World w = new World();
    Gate.Lease lease = w.gate.register(ALICE, "id peer");
    Gate.Drain drain = w.gate.drain(Concern.ofEverything());
    Thread.currentThread().interrupt();
    Waiting.forAll(drain, Duration.ofDays(365_000));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(drain.giveUp())
        .singleElement()
        .extracting(Flip.OpenDelivery::what)
        .isEqualTo("id peer");
    lease.close();
    assertThat(w.gate.open()).isEmpty();
  }
}
