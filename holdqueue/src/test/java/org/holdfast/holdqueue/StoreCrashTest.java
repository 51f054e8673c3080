package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Lie;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power goes while a whole queue goes through everything ({@link QueueTrial}): what was
 * acknowledged comes, in order, as it was; what a person did stays done; whether the index survived
 * or not. And the variants that would lose mail or send it again, each of which this must catch.
 */
class StoreCrashTest {

  /** Crashes of one kind; {@code -Dholdfast.crash.cases=100000} takes every operation. */
  private static final int CASES = Integer.getInteger("holdfast.crash.cases", 6);

  private static final List<Unsynced> HOW = List.of(Unsynced.values());

  @TempDir Path directory;

  /** Of the last crash. */
  private int duplicates;

  private int operations() {
    FaultyDisk disk = new FaultyDisk(0);
    disk.cutPowerAt(Integer.MAX_VALUE);
    new QueueTrial(disk, directory.resolve("counted"), false).run();
    return disk.operations();
  }

  /** What the trial says after a crash at this operation. */
  private List<String> crash(int at, Unsynced unsynced, Lie lie, Function<Disk, Disk> between)
      throws IOException {
    FaultyDisk disk = new FaultyDisk(at);
    disk.lie(lie);
    disk.cutPowerAt(at);
    Path folder = directory.resolve(unsynced + "-" + at);
    QueueTrial trial = new QueueTrial(disk, folder, true, new QueueBooks(), between);
    trial.run();
    disk.crash(unsynced);
    if (at % 2 == 0) {
      QueueTrial.deleteIndex(folder);
    }
    List<String> complaints = trial.complaints(true);
    duplicates = trial.books.duplicates();
    return complaints;
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void powerCut_acknowledgedComesInOrderAndWhatWasDoneStaysDone(Unsynced unsynced)
      throws IOException {
    int operations = operations();
    int step = Math.max(1, operations / CASES);
    int crashes = 0;
    int twice = 0;
    for (int at = 1 + HOW.indexOf(unsynced) % step; at <= operations; at += step) {
      assertThat(crash(at, unsynced, Lie.NOTHING, d -> d)).as("operation %d", at).isEmpty();
      crashes++;
      twice += duplicates;
    }
    System.out.printf("queue, %s: %d crashes, %d duplicates%n", unsynced, crashes, twice);
  }

  /** The power goes once more while the queue starts again. */
  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void powerCut_andAgainAtTheStart_acknowledgedComes(Unsynced unsynced) throws IOException {
    int operations = operations();
    int crashes = 0;
    for (int second = 1; second <= 12; second += Math.max(1, 24 / CASES)) {
      int first = operations * (second + 3) / 16;
      FaultyDisk disk = new FaultyDisk(second);
      disk.cutPowerAt(first);
      QueueTrial trial = new QueueTrial(disk, directory.resolve(unsynced + "-" + second), true);
      trial.run();
      disk.crash(unsynced);
      disk.cutPowerAt(second);
      startAndStop(disk, trial.folder);
      disk.crash(unsynced);
      assertThat(trial.complaints(true)).as("%d then %d", first, second).isEmpty();
      crashes++;
    }
    System.out.printf("queue, %s, twice: %d crashes%n", unsynced, crashes);
  }

  private static void startAndStop(Disk disk, Path folder) {
    try {
      QueueTrial.open(disk, folder).close();
    } catch (IOException e) {
      return; // the power went
    }
  }

  // The broken variants: each of them must be caught.

  private int caught(String name, Lie lie, Function<Disk, Disk> between) throws IOException {
    int operations = operations();
    int caught = 0;
    int crashes = 0;
    int step = Math.max(1, operations / 4);
    for (int at = step / 2; at <= operations; at += step) {
      List<String> complaints = complaintsOrError(at, lie, between);
      caught += complaints.isEmpty() ? 0 : 1;
      crashes++;
    }
    System.out.printf("queue, %s: %d crashes, caught in %d%n", name, crashes, caught);
    return caught;
  }

  private List<String> complaintsOrError(int at, Lie lie, Function<Disk, Disk> between)
      throws IOException {
    try {
      return crash(at, Unsynced.DROPPED, lie, between);
    } catch (AssertionError e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  @Test
  void variant_noForce_isCaught() throws IOException {
    assertThat(caught("no fsync", Lie.FORCE, d -> d)).isPositive();
  }

  @Test
  void variant_noDirectorySync_isCaught() throws IOException {
    assertThat(caught("no directory sync", Lie.CREATED_NAMES, d -> d)).isPositive();
  }

  /** DELIVERED, PARKED, DISCARDED, REDIRECTED: written, it says, and there is nothing. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6, 7})
  void variant_fateForgotten_isCaught(int type) throws IOException {
    FaultyDisk disk = new FaultyDisk(type);
    Path folder = directory.resolve("forgets" + type);
    QueueTrial trial =
        new QueueTrial(
            disk, folder, true, new QueueBooks(), d -> new ForgetfulDisk(d, Set.of(type)));
    List<String> complaints = new ArrayList<>();
    try {
      trial.run();
      QueueTrial.deleteIndex(folder);
      complaints.addAll(trial.complaints(false));
    } catch (AssertionError e) {
      complaints.add(String.valueOf(e.getMessage()));
    }
    assertThat(complaints).isNotEmpty();
    System.out.printf("queue, fate %d forgotten: caught: %s%n", type, complaints.getFirst());
  }

  @Test
  void variant_nothingForgotten_hasNoComplaint() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    Path folder = directory.resolve("forgets");
    QueueTrial trial =
        new QueueTrial(disk, folder, false, new QueueBooks(), d -> new ForgetfulDisk(d, Set.of()));
    trial.run();
    QueueTrial.deleteIndex(folder);
    assertThat(trial.complaints(false)).isEmpty();
  }
}
