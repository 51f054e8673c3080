package org.holdfast.gateway.flips;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stops deliveries where the test wants them and lets them go on when it says so. Thread-safe: the
 * threads of deliveries come here, one thread conducts.
 */
final class Conductor {

  /** No test waits longer than this for something that must happen. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Where something is broken on purpose, nobody needs to wait so long to see it. */
  static final Duration SOON = Duration.ofSeconds(3);

  /** How often it is looked whether something has happened. */
  private static final long LOOK_NANOS = 50_000;

  /**
   * A delivery at a point.
   *
   * @param mailboxes whom the transaction is for
   * @param fromQueue on its way out of a lane
   */
  record Stop(String id, List<String> mailboxes, Point point, boolean fromQueue) {}

  /** A delivery that waits for the word to go on. */
  static final class Parked {
    final Stop stop;
    private final CompletableFuture<Reaction> word = new CompletableFuture<>();

    private Parked(Stop stop) {
      this.stop = stop;
    }

    private Reaction awaitWord() {
      return word.join();
    }
  }

  private final Duration patience;
  private final List<Parked> parked = new ArrayList<>();
  private Predicate<Stop> stopsAt = _ -> false;
  private long lastEvent = System.nanoTime();

  /**
   * One that stops nothing yet.
   *
   * @param patience how long it waits for what must happen
   */
  Conductor(Duration patience) {
    this.patience = patience;
  }

  /** Called by a delivery: returns at once, or when it is told to go on, with what happens then. */
  Reaction reach(Stop stop) {
    Parked here = park(stop);
    return here == null ? Reaction.YES : here.awaitWord();
  }

  private synchronized @Nullable Parked park(Stop stop) {
    lastEvent = System.nanoTime();
    if (!stopsAt.test(stop)) {
      return null;
    }
    Parked here = new Parked(stop);
    parked.add(here);
    return here;
  }

  /** Stops are made where this is true, from now on. */
  synchronized void stopAt(Predicate<Stop> where) {
    stopsAt = where;
  }

  /** Nothing is stopped any more, and everything stopped goes on well. */
  synchronized void letAllGo() {
    stopsAt = _ -> false;
    List.copyOf(parked).forEach(p -> letGo(p, Reaction.YES));
  }

  synchronized void letGo(Parked who, Reaction reaction) {
    parked.remove(who);
    lastEvent = System.nanoTime();
    who.word.complete(reaction);
  }

  /** What is stopped now, in an order that does not depend on who came first. */
  synchronized List<Parked> parked() {
    List<Parked> sorted = new ArrayList<>(parked);
    sorted.sort(
        Comparator.comparing((Parked p) -> p.stop.id())
            .thenComparing(p -> p.stop.mailboxes().getFirst())
            .thenComparing(p -> p.stop.point()));
    return sorted;
  }

  /** The next one that is stopped. */
  Parked awaitParked() {
    await("a delivery is stopped", () -> !parked().isEmpty());
    return parked().getFirst();
  }

  /** Nanoseconds since a delivery was last seen to move. */
  synchronized long quietFor() {
    return System.nanoTime() - lastEvent;
  }

  /** Waits for what must happen without another word. */
  void await(String what, BooleanSupplier happened) {
    long end = System.nanoTime() + patience.toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never: " + what);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
