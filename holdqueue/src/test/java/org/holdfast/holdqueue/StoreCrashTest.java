package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Unsynced;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole queue when the power goes: what was acknowledged is there, what a person discarded does
 * not come back, whether its index survived or not.
 */
class StoreCrashTest {

  private static final LogSettings SEGMENTS = new LogSettings(2 << 10, 512, 1_000_000);
  private static final int MESSAGES = 10;

  /** {@code LogCrashTest} takes every one; a queue with its index is slow to open. */
  private static final int EVERY_SO_MANYETH_OPERATION = 7;

  @TempDir Path directory;

  /** What was asked for, and what the answer was. */
  private static final class Books {
    final List<String> stored = new ArrayList<>();
    final Set<String> discarded = new HashSet<>();
    final Set<String> asked = new HashSet<>();
    final Set<String> askedToDiscard = new HashSet<>();
  }

  private EmbeddedHoldQueue open(FaultyDisk disk, String folder) throws IOException {
    StoreSettings settings =
        new StoreSettings(directory.resolve(folder), 1L << 30, 0, SEGMENTS, Duration.ofSeconds(10));
    EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(settings, DispatchLimits.defaults(), disk, InstantSource.system());
    assertThat(queue.awaitReady(Duration.ofSeconds(20))).isTrue();
    return queue;
  }

  private static void work(EmbeddedHoldQueue queue, Books books) {
    try {
      for (int i = 0; i < MESSAGES; i++) {
        String id = "m" + i;
        books.asked.add(id);
        queue.store(
            Mail.envelope(id),
            Mail.content(id + " " + "x".repeat(i * 113 % 700)),
            List.of(Mail.waiting("alice@example.com")));
        books.stored.add(id);
        if (i % 3 == 2) {
          books.askedToDiscard.add("m" + (i - 1));
          queue.discard(QueueFilter.message("m" + (i - 1)), "ann", "test");
          books.discarded.add("m" + (i - 1));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return; // the power went
    }
  }

  @ParameterizedTest
  @EnumSource(Unsynced.class)
  void powerCut_acknowledgedIsThereAndDiscardedStaysAway(Unsynced unsynced) throws IOException {
    int crashes = 0;
    boolean finished = false;
    for (int at = 1; !finished; at += EVERY_SO_MANYETH_OPERATION) {
      FaultyDisk disk = new FaultyDisk(at);
      Books books = new Books();
      String folder = "at" + at;
      try (EmbeddedHoldQueue queue = open(disk, folder)) {
        disk.cutPowerAt(at);
        work(queue, books);
        finished = disk.operations() < at;
      }
      disk.crash(unsynced);
      if (at % 2 == 0) {
        deleteIndex(folder);
      }
      try (EmbeddedHoldQueue queue = open(disk, folder)) {
        check(queue, books, unsynced + " at operation " + at);
      }
      crashes++;
    }
    System.out.printf("store, %s: %d crashes%n", unsynced, crashes);
  }

  private static void check(EmbeddedHoldQueue queue, Books books, String where) throws IOException {
    List<String> there = new ArrayList<>();
    for (QueueItem item : queue.list(QueueFilter.any(), null, 1000)) {
      String id = item.delivery().envelope().id();
      there.add(id);
      assertThat(FakeNextHops.text(queue.content(id).orElseThrow())).startsWith(id + " ");
    }
    assertThat(books.asked).as(where).containsAll(there);
    assertThat(there).as(where).noneMatch(books.discarded::contains);
    List<String> mustBe =
        books.stored.stream().filter(id -> !books.askedToDiscard.contains(id)).toList();
    assertThat(there.stream().filter(mustBe::contains).toList()).as(where).isEqualTo(mustBe);
  }

  private void deleteIndex(String folder) throws IOException {
    try (var files = Files.list(directory.resolve(folder).resolve("index"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }
}
