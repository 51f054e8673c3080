package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Lie;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Who;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The map on the log that it really has, on a disk whose calls fail, that runs full, or whose power
 * goes, once and twice, also while the log is written anew. {@code -Dholdfast.mapfaults.cases=0}:
 * every one; {@code -Dholdfast.mapfaults.seed}: other changes.
 */
class MapFaultTest {

  private static final int CASES = Integer.getInteger("holdfast.mapfaults.cases", 6);
  private static final long SEED = Long.getLong("holdfast.mapfaults.seed", 20261122);
  private static final int CHANGES = 200;
  private static final List<Unsynced> HOW = List.of(Unsynced.values());

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // in @BeforeEach
  private MapTrial learnt;

  private int trials;

  @BeforeEach
  void learn() throws Exception {
    learnt = MapTrial.learn(SEED, CHANGES, folder.resolve("learnt"));
  }

  private MapTrial trial(FaultyDisk disk) {
    return learnt.on(disk, folder.resolve("view" + trials++));
  }

  private static List<Integer> some(int all) {
    List<Integer> some = new ArrayList<>();
    int step = CASES == 0 ? 1 : Math.max(1, all / CASES);
    for (int i = 1; i <= all; i += step) {
      some.add(i);
    }
    return some;
  }

  private static Unsynced how(int number) {
    return HOW.get(number % HOW.size());
  }

  @Test
  void nothingFails_theLogIsWrittenAnewMoreThanOnce() {
    assertThat(learnt.disk.calls(Call.RENAME)).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Call.class)
  void call_nthFails_nothingAcknowledgedIsLostOrHalfThere(Call call) throws Exception {
    List<Integer> cases = some(learnt.disk.calls(call));
    int cutShort = 0;
    for (int nth : cases) {
      FaultyDisk disk = new FaultyDisk(nth);
      disk.fail(call, nth);
      MapTrial trial = trial(disk);
      trial.run();
      cutShort += trial.wasCutShort() ? 1 : 0;
      if (nth % 2 == 0) {
        disk.crash(how(nth / 2));
      }
      if (nth % 3 == 0) {
        trial.deleteView();
      }
      trial.complete();
    }
    System.out.printf(
        "map, seed %d, %s fails: %d cases, changes refused in %d%n",
        SEED, call, cases.size(), cutShort);
  }

  @Test
  void disk_isFullFromSomeOctetOn_nothingAcknowledgedIsLost() throws Exception {
    List<Integer> cases = some((int) learnt.disk.mostUsed());
    for (int room : cases.subList(0, Math.min(cases.size(), CASES == 0 ? 2000 : CASES))) {
      FaultyDisk disk = new FaultyDisk(room);
      disk.capacity(room);
      MapTrial trial = trial(disk);
      trial.run();
      if (room % 2 == 0) {
        disk.crash(how(room / 2));
      }
      disk.capacity(Long.MAX_VALUE);
      trial.complete();
    }
    System.out.printf("map, seed %d, disk full: %d cases%n", SEED, cases.size());
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void powerCut_andAgainAtTheNextStart_nothingAcknowledgedIsLost(Unsynced unsynced)
      throws Exception {
    List<Integer> cases = some(learnt.disk.operations());
    for (int at : cases) {
      FaultyDisk disk = new FaultyDisk(at);
      disk.cutPowerAt(at);
      MapTrial trial = trial(disk);
      trial.run();
      disk.crash(unsynced);
      if (at % 2 == 0) {
        disk.cutPowerAt(1 + at % 40);
        trial.run();
        disk.crash(unsynced);
      }
      if (at % 3 == 0) {
        trial.deleteView();
      }
      trial.complete();
    }
    System.out.printf("map, seed %d, %s: %d power cuts%n", SEED, unsynced, cases.size());
  }

  @Test
  void logFails_lookupsGoOnAndChangesAreRefusedUntilARestart() throws Exception {
    FaultyDisk disk = new FaultyDisk(1);
    MapTrial trial = trial(disk);
    trial.whenTheLogFails(map -> {
      disk.fail(Call.FORCE, 1);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> map.putDomain("new.example", new Who("ops", "x")))
            .isInstanceOf(MapUnavailableException.class);
        assertThat(map.trouble())
            .hasValueSatisfying(why -> assertThat(why).contains("cannot be stored"));
        assertThat(map.domains(null, 10)).doesNotContain("new.example");
        assertThat(map.pairs()).isNotEmpty();
      }
    });
  }

  /** A disk that does not sync must be caught, else this proves nothing. */
  @Test
  void disk_liesAboutForce_isCaught() throws Exception {
    int caught = 0;
    for (int at : some(learnt.disk.operations())) {
      FaultyDisk disk = new FaultyDisk(at);
      disk.lie(Lie.FORCE);
      disk.cutPowerAt(at);
      MapTrial trial = trial(disk);
      try {
        trial.run();
        disk.crash(Unsynced.DROPPED);
        trial.complete();
      } catch (AssertionError | IllegalStateException e) {
        caught++;
      }
    }
    assertThat(caught).isPositive();
  }
}
