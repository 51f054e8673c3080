package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.routing.RoutingContract.NOT;
import static org.holdfast.routing.RoutingContract.OPS;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.holdfast.routing.Restores.Attempt;
import org.holdfast.routing.Restores.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The order of restores beside a model of a few lines, through attempts, flips, holds, moves,
 * removals, restarts, lost views and logs written anew. A failure prints its seed.
 */
class RestoreModelTest {

  private static final int STEPS = 1500;
  private static final List<String> PAIRS = List.of("imap5-6", "imap7-8");
  private static final List<String> DOMAINS = List.of("example.com", "example.org");
  private static final long FLOOR = 150;

  @TempDir Path folder;
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final SetClock clock = new SetClock();
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  /** What should be so. */
  private final Map<String, Waits> model = new TreeMap<>();

  private final Set<String> held = new HashSet<>();
  private long requests;

  private record Waits(String pair, UserState state, long request) {
    Waits at(UserState next, String there, boolean keeps) {
      return new Waits(there, next, keeps ? request : 0);
    }

    boolean isAside() {
      return state == UserState.MOVING || state == UserState.RECOVERING;
    }
  }

  private EmbeddedRouting open() throws IOException {
    MapSettings settings = new MapSettings(folder.resolve("view"), "+", 100, FLOOR);
    return EmbeddedRouting.open(settings, log, clock, Runnable::run);
  }

  private boolean isHeld(String user, String pair) {
    return held.contains("*")
        || held.contains(pair)
        || held.contains(user.substring(user.indexOf('@') + 1));
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Waits stands(String user) {
    return Objects.requireNonNull(model.get(user));
  }

  private String anybody() {
    return any(List.copyOf(model.keySet()));
  }

  @Test
  void anything_thatHappens_leavesTheOrderOfTheModel() throws Exception {
    EmbeddedRouting routing = open();
    try {
      for (String pair : PAIRS) {
        Flip _ = routing.putPair(pair, List.of(RoutingContract.IMAP5), "imap5", OPS, NOT);
      }
      for (int i = 0; i < 20; i++) {
        put(routing, "u" + i + "@" + any(DOMAINS), any(PAIRS));
      }
      for (int step = 0; step < STEPS; step++) {
        if (random.nextInt(100) == 0) {
          routing.close();
          if (random.nextBoolean()) {
            MapView.delete(folder.resolve("view"));
          }
          routing = open();
        }
        step(routing);
        if (step % 10 == 0) {
          compare(routing);
        }
      }
      assertThat(log.rewrites).as("seed %d", seed).isPositive();
    } finally {
      routing.close();
    }
  }

  private void put(EmbeddedRouting routing, String user, String pair) throws Exception {
    Flip _ = routing.putUser(user, pair, UserState.ACTIVE, OPS, NOT);
    model.put(user, new Waits(pair, UserState.ACTIVE, 0));
  }

  private void step(EmbeddedRouting routing) throws Exception {
    int what = random.nextInt(100);
    if (what < 50) {
      attempt(routing, anybody());
    } else if (what < 75) {
      flip(routing, anybody());
    } else if (what < 80) {
      String user = anybody();
      Flip _ = routing.removeUser(user, OPS, NOT);
      put(routing, user, any(PAIRS));
    } else if (what < 85) {
      rank(routing, anybody());
    } else {
      hold(routing);
    }
  }

  private void attempt(EmbeddedRouting routing, String user) throws Exception {
    Waits now = stands(user);
    boolean away = now.isAside() || (now.state() == UserState.ACTIVE && isHeld(user, now.pair()));
    Attempt attempt = routing.restores().attempt(user);
    Outcome expected =
        away ? Outcome.WAIT : now.state() == UserState.CLOSED ? Outcome.CLOSED : Outcome.GO;
    assertThat(attempt.outcome()).as("seed %d, %s", seed, user).isEqualTo(expected);
    assertThat(attempt.first()).as("seed %d", seed).isEqualTo(away && now.request() == 0);
    if (attempt.first()) {
      model.put(user, new Waits(now.pair(), now.state(), ++requests));
    }
    if (away) {
      assertThat(attempt.before()).as("seed %d", seed).isEqualTo(order(now.pair()).indexOf(user));
    }
  }

  private void flip(EmbeddedRouting routing, String user) throws Exception {
    UserState state = any(List.of(UserState.values()));
    Waits now = stands(user);
    String pair = random.nextInt(3) == 0 ? any(PAIRS) : now.pair();
    Flip _ = routing.setUserState(user, state, pair, OPS, NOT);
    boolean aside = state == UserState.MOVING || state == UserState.RECOVERING;
    boolean stays =
        state == UserState.ACTIVE && now.state() == UserState.ACTIVE && isHeld(user, pair);
    model.put(user, now.at(state, pair, aside || stays));
  }

  private void rank(EmbeddedRouting routing, String user) throws Exception {
    int priority = random.nextInt(3);
    Flip _ = routing.setUserState(Routing.UserChange.priority(user, priority), OPS, NOT);
  }

  private void hold(EmbeddedRouting routing) throws Exception {
    List<String> all = new ArrayList<>(PAIRS);
    all.addAll(DOMAINS);
    all.add("*");
    String which = any(all);
    boolean onHold = random.nextInt(3) == 0;
    Target target =
        which.equals("*")
            ? new Target.Everything()
            : PAIRS.contains(which) ? new Target.OfPair(which) : new Target.OfDomain(which);
    if (onHold
        && target instanceof Target.OfDomain
        && model.keySet().stream().noneMatch(user -> user.endsWith("@" + which))) {
      return;
    }
    Flip _ = routing.setHold(target, onHold, OPS, NOT);
    boolean _ = onHold ? held.add(which) : held.remove(which);
    if (!onHold) {
      model.replaceAll((user, now) ->
          now.state() == UserState.ACTIVE && !isHeld(user, now.pair())
              ? now.at(now.state(), now.pair(), false)
              : now);
    }
  }

  private List<String> order(String pair) {
    return model.entrySet().stream()
        .filter(each -> each.getValue().request() > 0 && each.getValue().pair().equals(pair))
        .sorted(Comparator.comparingLong(each -> each.getValue().request()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void compare(EmbeddedRouting routing) throws Exception {
    Restores restores = routing.restores();
    for (String pair : PAIRS) {
      assertThat(restores.asked(pair, 0, 100).stream().map(User::address).toList())
          .as("seed %d", seed)
          .isEqualTo(order(pair));
    }
    Map<String, Long> counts =
        model.values().stream()
            .filter(user -> user.request() > 0)
            .collect(Collectors.groupingBy(Waits::pair, Collectors.counting()));
    assertThat(restores.waiting()).as("seed %d", seed).isEqualTo(counts);
    assertThat(restores.notAsked(null, null, 100).stream().map(User::address).sorted().toList())
        .as("seed %d", seed)
        .isEqualTo(
            model.entrySet().stream()
                .filter(each -> each.getValue().isAside() && each.getValue().request() == 0)
                .map(Map.Entry::getKey)
                .toList());
  }
}
