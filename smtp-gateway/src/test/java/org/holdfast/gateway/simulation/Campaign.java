package org.holdfast.gateway.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Many seeds, on as many threads as there are processors; the first broken promise ends it. */
final class Campaign {

  /** Steps of trouble of a seed; those until rest come on top. */
  static final int STEPS = 1_000;

  private final Path folder;
  private final AtomicLong next;
  private final long end;
  private final Map<World.Kind, Long> counts = new EnumMap<>(World.Kind.class);
  private long seeds;
  private long steps;

  Campaign(Path folder, long first, long count) {
    this.folder = folder;
    this.next = new AtomicLong(first);
    this.end = first + count;
  }

  /** How a seed ended; null: every promise was kept. */
  static @org.jspecify.annotations.Nullable BrokenPromise broken(
      RealMap map, long seed, Broken how) {
    try {
      new Simulation(map, seed, how, false).run(STEPS);
      return null;
    } catch (BrokenPromise e) {
      return e;
    }
  }

  void run(int workers) {
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      List<CompletableFuture<Void>> all =
          IntStream.range(0, workers)
              .mapToObj(i -> CompletableFuture.runAsync(() -> work(i), threads))
              .toList();
      all.forEach(CompletableFuture::join);
    }
  }

  private void work(int worker) {
    try (RealMap map = new RealMap(folder.resolve("worker" + worker))) {
      for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
        one(map, seed);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } finally {
      next.set(end);
    }
  }

  private void one(RealMap map, long seed) {
    Simulation simulation = new Simulation(map, seed, Broken.NOTHING, false);
    try {
      simulation.run(STEPS);
    } catch (RuntimeException e) {
      throw new AssertionError(report(simulation, seed, e), e);
    }
    synchronized (counts) {
      seeds++;
      steps += simulation.steps();
      simulation.world().counts.forEach((kind, n) -> counts.merge(kind, (long) n, Long::sum));
    }
  }

  private static String report(Simulation simulation, long seed, RuntimeException e) {
    return "seed %d, step %d: %s%nagain, with all of it: -Dholdfast.simulation.seed=%d%n%s"
        .formatted(
            seed,
            simulation.steps(),
            e.getMessage(),
            seed,
            String.join(System.lineSeparator(), simulation.world().trace.lately()));
  }

  /** How often everything happened. */
  String totals() {
    return "%d seeds, %d steps, %s".formatted(seeds, steps, new TreeMap<>(counts));
  }

  long times(World.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }
}
