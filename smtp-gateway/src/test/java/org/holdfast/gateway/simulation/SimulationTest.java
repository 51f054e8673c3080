package org.holdfast.gateway.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Seeded schedules of the whole gateway. {@code -Dholdfast.simulation.seeds=N} runs N of them, from
 * {@code -Dholdfast.simulation.from=S} on; {@code -Dholdfast.simulation.seed=S} runs one and prints
 * all of it. {@code docs/simulation.md}.
 */
class SimulationTest {

  private static final long SEEDS = Long.getLong("holdfast.simulation.seeds", 300);
  private static final long FROM = Long.getLong("holdfast.simulation.from", 0);
  private static final long ONE = Long.getLong("holdfast.simulation.seed", -1);

  /** A variant that is broken must show within so many seeds. */
  private static final long SEEDS_FOR_A_FAULT = 150;

  /** Seeds run by so many threads; each has a map of its own. */
  private static final int WORKERS = Math.min(2, Runtime.getRuntime().availableProcessors());

  private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.holdfast");

  private static Level before = Level.INFO;

  @TempDir Path folder;

  /** What goes wrong here is meant to, thousands of times. */
  @BeforeAll
  static void hush() {
    before = LOG.getLevel();
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speakAgain() {
    LOG.setLevel(before);
  }

  @Test
  void everyPromise_anySeed_isKept() throws IOException {
    if (ONE >= 0) {
      replay();
      return;
    }
    Campaign campaign = new Campaign(folder, FROM, SEEDS);
    campaign.run(WORKERS);
    System.out.println(campaign.totals());
    if (SEEDS >= 300) {
      for (World.Kind kind : World.Kind.values()) {
        assertThat(campaign.times(kind)).as("how often %s happened", kind).isPositive();
      }
    }
  }

  private void replay() throws IOException {
    try (RealMap map = new RealMap(folder)) {
      new Simulation(map, ONE, Broken.NOTHING, true).run(Campaign.STEPS);
    }
  }

  /** The same seed is the same story, on a map that has served another one before. */
  @Test
  void seed_onceMore_isTheSame() throws IOException {
    try (RealMap map = new RealMap(folder)) {
      List<String> first = story(map, 7);
      List<String> another = story(map, 8);
      assertThat(story(map, 7)).isEqualTo(first).isNotEqualTo(another);
    }
  }

  private static List<String> story(RealMap map, long seed) {
    Simulation simulation = new Simulation(map, seed, Broken.NOTHING, false);
    simulation.run(Campaign.STEPS);
    List<String> story = new ArrayList<>();
    story.add(simulation.steps() + " steps " + simulation.world().counts);
    story.addAll(simulation.world().trace.lately());
    // The map's epochs rise from one simulation to the next.
    story.replaceAll(line -> line.replaceAll("epoch=\\d+", "epoch"));
    return story;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
  void brokenGateway_someSeed_isCaughtByItsInvariant(Broken how) throws IOException {
    try (RealMap map = new RealMap(folder)) {
      List<String> caught = new ArrayList<>();
      for (long seed = 0; seed < SEEDS_FOR_A_FAULT && !caught.contains(how.caughtBy); seed++) {
        BrokenPromise broken = Campaign.broken(map, seed, how);
        caught.add(broken == null ? "" : broken.invariant);
      }
      assertThat(caught).as("what caught %s", how).contains(how.caughtBy);
    }
  }
}
