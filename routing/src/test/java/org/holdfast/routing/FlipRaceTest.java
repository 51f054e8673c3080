package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deliveries and flips on real threads against the whole room, log, view and a cache far too small.
 * Each user has one flipper, which knows what must be true; a delivery that holds an open permit
 * checks it.
 */
class FlipRaceTest {

  private static final int USERS = 4;
  private static final int FLIPS = 150;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Who OPS = new Who("ops", "");

  @TempDir Path folder;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger given = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final One[] users = new One[USERS];
  private volatile boolean over;

  /** What the flipper knows of one user. */
  private static final class One {
    final String address;
    volatile boolean shut;
    volatile String gone = "";

    One(String address) {
      this.address = address;
    }
  }

  @Test
  void flips_raceWithDeliveries_noPermitOutlivesQuiesced() throws Exception {
    long seed = new Random().nextLong();
    String why = "seed " + seed;
    MapSettings settings = new MapSettings(folder.resolve("view"), "+", 1);
    EmbeddedRouting routing =
        EmbeddedRouting.open(settings, new MemoryChangeLog(), InstantSource.system());
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (String pair : List.of("p0", "p1")) {
        Member member = new Member("m" + pair, new HostPort("host-" + pair, 24), null);
        routing.putPair(pair, List.of(member), member.name(), OPS, LONG);
      }
      for (int i = 0; i < USERS; i++) {
        users[i] = new One("u" + i + "@d.example");
        routing.putUser(users[i].address, "p0", null, OPS, LONG);
      }
      for (int i = 0; i < USERS; i++) {
        Random random = new Random(seed + i);
        Future<?> _ = threads.submit(() -> deliver(routing, random));
      }
      List<Future<?>> flippers = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        One one = users[i];
        Random random = new Random(seed - 1 - i);
        flippers.add(threads.submit(() -> flip(routing, one, random)));
      }
      try {
        for (Future<?> flipper : flippers) {
          flipper.get(5, TimeUnit.MINUTES);
        }
      } finally {
        over = true;
      }
    } finally {
      routing.close();
    }
    assertThat(violations).as(why).isEmpty();
    assertThat(given.get()).as(why).isPositive();
    assertThat(refused.get()).as(why).isPositive();
  }

  private Void deliver(Routing routing, Random random) throws Exception {
    while (!over) {
      One one = users[random.nextInt(USERS)];
      if (routing.enter(one.address, "x") instanceof Entry.Go go) {
        given.incrementAndGet();
        hold(one, go.permit(), random.nextInt(50));
        go.permit().close();
      } else {
        refused.incrementAndGet();
      }
    }
    return null;
  }

  private void hold(One one, Permit permit, int moments) {
    for (int i = 0; i <= moments; i++) {
      if (one.shut) {
        violations.add("a permit for " + one.address + " is open after quiesced");
      }
      if (permit.pair().equals(one.gone)) {
        violations.add("a permit for " + one.address + " is open to the pair it left");
      }
      Thread.onSpinWait();
    }
  }

  private Void flip(Routing routing, One one, Random random) throws Exception {
    String pair = "p0";
    for (int i = 0; i < FLIPS; i++) {
      String next = random.nextBoolean() ? "p0" : "p1";
      if (random.nextBoolean()) {
        Flip shut = routing.setUserState(one.address, UserState.MOVING, null, OPS, LONG);
        must(shut.quiesced(), one);
        one.shut = true;
        one.gone = "";
        pause();
        one.shut = false;
        Flip _ = routing.setUserState(one.address, UserState.ACTIVE, next, OPS, LONG);
      } else {
        one.gone = "";
        must(routing.putUser(one.address, next, null, OPS, LONG).quiesced(), one);
      }
      one.gone = next.equals("p0") ? "p1" : "p0";
      pair = next;
    }
    must(routing.user(one.address).orElseThrow().pair().equals(pair), one);
    return null;
  }

  /** Long enough for a permit given wrongly to be noticed. */
  private static void pause() {
    for (int i = 0; i < 2000; i++) {
      Thread.onSpinWait();
    }
  }

  private void must(boolean fact, One one) {
    if (!fact) {
      violations.add("not quiesced, or not where it was moved: " + one.address);
    }
  }
}
