package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The Nth call of each kind fails, or the disk is full from some octet on, while a whole queue goes
 * through everything ({@link QueueTrial}); then a restart. Nothing is lost, parked, reordered, or
 * (where the disk took anything at all) delivered twice.
 */
class QueueFaultTest {

  /** Cases of one kind; {@code -Dholdfast.faults.cases=100000} takes every one. */
  private static final int CASES = Integer.getInteger("holdfast.faults.cases", 3);

  private static final List<Unsynced> HOW = List.of(Unsynced.values());

  @TempDir Path directory;

  /** These many of the numbers from 1 to {@code most}, evenly. */
  private static List<Integer> some(int most) {
    List<Integer> some = new ArrayList<>();
    int step = Math.max(1, most / CASES);
    for (int nth = 1 + (step - 1) / 2; nth <= most; nth += step) {
      some.add(nth);
    }
    return some;
  }

  private FaultyDisk counted() {
    FaultyDisk disk = new FaultyDisk(1);
    QueueTrial trial = new QueueTrial(disk, directory.resolve("counted"), false);
    trial.run();
    assertThat(trial.books.refusals()).isZero();
    return disk;
  }

  @Test
  void nothingFails_everythingComesOnceInOrder() throws IOException {
    QueueTrial trial = new QueueTrial(new FaultyDisk(1), directory.resolve("q"), false);
    trial.run();
    assertThat(trial.books.acknowledged()).isEqualTo(13);
    assertThat(trial.complaints(false)).isEmpty();
    assertThat(trial.books.duplicates()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Call.class)
  void call_nthFails_nothingIsLost(Call call) throws IOException {
    List<Integer> cases = some(counted().calls(call));
    int refused = 0;
    int duplicates = 0;
    for (int nth : cases) {
      FaultyDisk disk = new FaultyDisk(nth);
      disk.fail(call, nth);
      boolean stays = call == Call.FORCE;
      QueueTrial trial = new QueueTrial(disk, directory.resolve("q" + nth), stays);
      trial.run();
      boolean crash = nth % 2 == 0;
      restart(trial, crash ? HOW.get(nth / 2 % HOW.size()) : null, nth % 3 == 0);
      assertThat(trial.complaints(crash || stays)).as("%s %d", call, nth).isEmpty();
      refused += trial.books.refusals() > 0 ? 1 : 0;
      duplicates += trial.books.duplicates();
    }
    System.out.printf(
        "queue, %s fails: %d cases, mail refused in %d, %d duplicates%n",
        call, cases.size(), refused, duplicates);
  }

  @Test
  void disk_isFullFromSomeOctetOn_nothingIsLost() throws IOException {
    List<Integer> cases = some((int) counted().mostUsed());
    int duplicates = 0;
    for (int room : cases) {
      FaultyDisk disk = new FaultyDisk(room);
      disk.capacity(room);
      QueueTrial trial = new QueueTrial(disk, directory.resolve("q" + room), true);
      trial.run();
      restart(trial, room % 2 == 0 ? HOW.get(room / 2 % HOW.size()) : null, room % 3 == 0);
      assertThat(trial.complaints(true)).as("room %d", room).isEmpty();
      duplicates += trial.books.duplicates();
    }
    System.out.printf("queue, disk full: %d cases, %d duplicates%n", cases.size(), duplicates);
  }

  @Test
  void reads_short_nothingIsLost() throws IOException {
    FaultyDisk disk = new FaultyDisk(3);
    disk.readShort();
    QueueTrial trial = new QueueTrial(disk, directory.resolve("q"), false);
    trial.run();
    assertThat(trial.complaints(false)).isEmpty();
  }

  private static void restart(
      QueueTrial trial, @org.jspecify.annotations.Nullable Unsynced crash, boolean indexToo)
      throws IOException {
    if (crash != null) {
      trial.disk.crash(crash);
    }
    trial.disk.heal();
    if (indexToo) {
      QueueTrial.deleteIndex(trial.folder);
    }
  }
}
