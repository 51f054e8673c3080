package org.holdfast.gateway.flips;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.holdfast.routing.MapUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Many flips, users, deliveries and troubles at once, by seeds ({@code docs/races.md}). Properties:
 * {@code holdfast.storm.seeds} (how many), {@code holdfast.storm.steps} (of each), {@code
 * holdfast.storm.seed} (the first; else a new one each time).
 */
class FlipStormTest {

  private static final int SEEDS = Integer.getInteger("holdfast.storm.seeds", 4);
  private static final int STEPS = Integer.getInteger("holdfast.storm.steps", 250);

  /** A fault that no storm of these has met would be one that is not seen. */
  private static final int SEEDS_FOR_A_FAULT = 40;

  @TempDir Path folder;

  private static long firstSeed() {
    Long given = Long.getLong("holdfast.storm.seed");
    return given == null ? new Random().nextLong() : given;
  }

  @Test
  void storm_ofManySeeds_keepsThePromises() throws Exception {
    long first = firstSeed();
    for (int i = 0; i < SEEDS; i++) {
      long seed = first + i;
      assertThat(storm(seed, Broken.NOTHING))
          .as("-Dholdfast.storm.seed=%d -Dholdfast.storm.seeds=1", seed)
          .isEmpty();
    }
  }

  /** Whatever is broken is noticed. */
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NOTHING")
  void storm_brokenVariant_isCaught(Broken broken) throws Exception {
    long first = firstSeed();
    List<String> found = List.of();
    for (int i = 0; i < SEEDS_FOR_A_FAULT && found.isEmpty(); i++) {
      found = storm(first + i, broken);
    }
    assertThat(found).as("seeds from %d", first).anyMatch(what -> what.startsWith(fact(broken)));
  }

  /** The fact that it breaks first of all. */
  private static String fact(Broken broken) {
    return switch (broken) {
      case NO_DRAIN, STATE_READ_FIRST, PERMIT_TOO_SHORT -> "QuiescedIsTrue";
      case OPENED_FORGOTTEN -> "NothingIsStranded";
      case OVERTAKES -> "OrderPerUserIsKept";
      case TWICE -> "TwiceOnlyWhereAReplyWasLost";
      case LOSES -> "NothingIsLost";
      case OLD_STATE_COMES_BACK -> "NewestEpochStands";
      case NOTHING -> "nothing";
    };
  }

  private List<String> storm(long seed, Broken broken) throws IOException, MapUnavailableException {
    Path here = Files.createTempDirectory(folder, "storm");
    try (World world = new World(here, broken)) {
      return new Storm(world, seed).run(STEPS);
    } catch (AssertionError e) { // what must happen by itself did not
      return List.of(String.valueOf(e.getMessage()).replace("never: ", ""));
    }
  }
}
