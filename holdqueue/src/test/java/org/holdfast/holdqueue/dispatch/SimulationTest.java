package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of seeded schedules. {@code -Dholdfast.simulation.seeds=N} runs N of them, {@code
 * -Dholdfast.simulation.seed=S} one.
 */
class SimulationTest {

  private static final long SEEDS = Long.getLong("holdfast.simulation.seeds", 200);
  private static final long ONE = Long.getLong("holdfast.simulation.seed", -1);
  private static final int STEPS = 3_000;

  /** A fault must show within this many seeds. */
  private static final long SEEDS_FOR_A_FAULT = 150;

  @Test
  void everyPromise_anySchedule_isKept() {
    LongStream seeds = ONE >= 0 ? LongStream.of(ONE) : LongStream.range(0, SEEDS);
    seeds.forEach(seed -> run(seed, Fault.NONE));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void brokenDispatcher_someSchedule_isCaught(Fault fault) {
    OptionalLong caught =
        LongStream.range(0, SEEDS_FOR_A_FAULT).filter(seed -> isCaught(seed, fault)).findFirst();
    assertThat(caught).as("a seed that catches %s", fault).isPresent();
  }

  private static void run(long seed, Fault fault) {
    try {
      new Simulation(seed, fault).run(STEPS);
    } catch (RuntimeException e) {
      throw new AssertionError(
          "seed %d: %s; again with -Dholdfast.simulation.seed=%d"
              .formatted(seed, e.getMessage(), seed),
          e);
    }
  }

  private static boolean isCaught(long seed, Fault fault) {
    try {
      new Simulation(seed, fault).run(STEPS);
      return false;
    } catch (Invariant.Broken _) {
      return true;
    }
  }
}
