package org.holdfast.gateway.flips;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.flips.Cell.Mode;
import org.holdfast.gateway.flips.Cell.Way;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each kind of flip at each point of a delivery, on each way that a delivery can take, without and
 * with a wait, taken back at once or later. The delivery stands still while the flip is made, so
 * this is exact: it fails each time or never.
 */
class FlipsAtEveryPointTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void flip_atEveryPointOfADelivery_keepsThePromises(FlipKind kind) throws Exception {
    List<Reaction> reactions =
        List.of(Reaction.YES, Reaction.FULL, Reaction.CUT, Reaction.CUT_AFTER_STORING);
    List<String> failures = new ArrayList<>();
    int cells = 0;
    try (World world = new World(folder, Broken.NOTHING)) {
      for (Way way : Way.values()) {
        for (Point point : Point.values()) {
          for (Mode mode : Mode.values()) {
            for (Reaction reaction : reactions) {
              if (Cell.exists(way, point, reaction)) {
                run(new Cell(world, ++cells, kind, way, point, mode, reaction), failures);
              }
            }
          }
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(cells).isEqualTo(CELLS);
  }

  /**
   * Direct 9 points, handed over 5, out of a lane 9, three more endings at one of them; 3 modes.
   */
  private static final int CELLS = (9 + 5 + 9 + 3) * 3;

  private static void run(Cell cell, List<String> failures) {
    if (failures.isEmpty()) { // what a failed cell leaves behind would fail the others
      try {
        cell.run();
      } catch (AssertionError e) {
        failures.add(cell + ": " + e.getMessage());
      }
    }
  }
}
