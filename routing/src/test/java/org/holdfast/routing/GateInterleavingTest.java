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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of deliveries with a flip, on the real {@link Gate}, with a scheduler of our
 * own: each actor is a list of steps, a step is what is atomic in real life (one turn under the
 * gate's lock, or one volatile read or write).
 *
 * <p>The fact: once a flip is quiesced, no permit of the old location is open, and none is given
 * until it is opened. The broken variants show that the test would see it if it were not so.
 */
class GateInterleavingTest {

  private static final Member MEMBER = new Member("m", new HostPort("host", 24), null);
  private static final Standing STANDING = new Standing("", Instant.EPOCH, "", 1);
  private static final String ALICE = "alice@example.com";

  /** One step; it can be taken when {@code enabled}. */
  private record Step(BooleanSupplier enabled, Runnable act) {
    static Step of(Runnable act) {
      return new Step(() -> true, act);
    }
  }

  /** A world: the map in three variables, the gate, one flip and its deliveries. */
  private static final class World {

    final Gate gate = new Gate(InstantSource.fixed(Instant.EPOCH));
    boolean held;
    boolean inSwitch;
    String pair = "old";
    Gate.@Nullable Drain drain;
    boolean quiesced;
    int oldOpen;
    boolean broken;

    final Step show = Step.of(() -> held = true);
    final Step beginSwitch = Step.of(() -> inSwitch = true);
    final Step look = Step.of(() -> drain = gate.drain(Concern.ofUsers(Set.of(ALICE))));
    final Step lookAtPair = Step.of(() -> drain = gate.drain(Concern.ofPair("old")));
    final Step await =
        new Step(
            () -> drain != null && drain.empty().isDone(),
            () -> {
              quiesced = true;
              check();
            });
    final Step move = Step.of(() -> pair = "new");
    final Step open = Step.of(() -> held = false);
    final Step endSwitch = Step.of(() -> inSwitch = false);

    /** Fact: after quiesced nothing is open to the old location. */
    void check() {
      broken |= quiesced && oldOpen > 0;
    }

    Step[] steps(Step... steps) {
      return steps;
    }

    Delivery delivery() {
      return new Delivery(this);
    }
  }

  /** One delivery; reads the map in two steps, in the order that {@link EffectiveState} says. */
  private static final class Delivery {

    private final World world;
    private Gate.@Nullable Lease lease;
    private boolean seenHold;
    private String seenPair = "";
    private @Nullable Permit permit;

    final Step register;
    final Step readWide;
    final Step readRow;
    final Step decide;
    final Step close;

    Delivery(World world) {
      this.world = world;
      register = Step.of(() -> lease = world.gate.register(ALICE, "x"));
      readWide = Step.of(() -> seenHold = world.held || world.inSwitch);
      readRow = Step.of(() -> seenPair = world.pair);
      decide = Step.of(this::decide);
      close = Step.of(this::close);
    }

    private void decide() {
      Gate.Lease mine = lease;
      if (mine == null) {
        throw new IllegalStateException("decided before it was registered");
      }
      User user = new User(ALICE, seenPair, UserState.ACTIVE, STANDING);
      EffectiveState state =
          seenHold ? new EffectiveState.OnHold(user, "") : new EffectiveState.Open(user, MEMBER);
      if (world.gate.decide(mine, state) instanceof Entry.Go go) {
        permit = go.permit();
        world.oldOpen += seenPair.equals("old") ? 1 : 0;
        world.check();
      }
    }

    private void close() {
      if (permit != null) {
        world.oldOpen -= seenPair.equals("old") ? 1 : 0;
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
    found[1] += setting.world().broken ? 1 : 0;
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

  private static Search hold(java.util.function.Function<Delivery, Step[]> delivery) {
    return everyOrder(() -> {
      World w = new World();
      return new WorldAndActors(
          w,
          Arrays.asList(
              delivery.apply(w.delivery()),
              delivery.apply(w.delivery()),
              w.steps(w.show, w.look, w.await)));
    });
  }

  @Test
  void hold_everyInterleaving_nothingIsOpenOnceQuiesced() {
    Search search = hold(Delivery::right);
    assertThat(search.schedules()).isGreaterThan(10_000);
    assertThat(search.broken()).isZero();
    assertThat(search.stuck()).isZero();
  }

  @Test
  void hold_brokenVariantStateReadFirst_isCaught() {
    assertThat(hold(Delivery::stateReadFirst).broken()).isPositive();
  }

  @Test
  void hold_brokenVariantLooksBeforeItShows_isCaught() {
    Search search =
        everyOrder(() -> {
          World w = new World();
          return new WorldAndActors(
              w, Arrays.asList(w.delivery().right(), w.steps(w.look, w.show, w.await)));
        });
    assertThat(search.broken()).isPositive();
  }

  private static Search move(java.util.function.Function<Delivery, Step[]> delivery) {
    return everyOrder(() -> {
      World w = new World();
      Step[] flip = {w.beginSwitch, w.look, w.await, w.move, w.endSwitch};
      return new WorldAndActors(
          w, Arrays.asList(delivery.apply(w.delivery()), delivery.apply(w.delivery()), flip));
    });
  }

  @Test
  void moveOfAnActiveUser_everyInterleaving_oldPairSeesNothingAfterwards() {
    Search search = move(Delivery::right);
    assertThat(search.broken()).isZero();
    assertThat(search.stuck()).isZero();
  }

  @Test
  void moveOfAnActiveUser_brokenVariantRowReadFirst_isCaught() {
    assertThat(move(Delivery::rowReadFirst).broken()).isPositive();
  }

  @Test
  void holdOfThePair_whileTheUserLeavesIt_everyInterleavingIsRight() {
    Search search =
        everyOrder(() -> {
          World w = new World();
          return new WorldAndActors(
              w,
              Arrays.asList(
                  w.delivery().right(),
                  w.delivery().right(),
                  w.steps(w.show, w.lookAtPair, w.await, w.move, w.open)));
        });
    assertThat(search.broken()).isZero();
    assertThat(search.stuck()).isZero();
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
