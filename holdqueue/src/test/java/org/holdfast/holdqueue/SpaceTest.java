package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disaster took comes back, and the bounds hold all the time. */
class SpaceTest {

  private static final long MAX_BYTES = 8L << 20;
  private static final int SIZE = 20_000;
  private static final String STAYS = "stays@example.com";
  private static final String GOES = "goes@example.com";

  @TempDir Path directory;

  private EmbeddedHoldQueue queue;
  private int ids;

  @BeforeEach
  void open() throws IOException {
    open(MAX_BYTES, LogSettings.usual());
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private void open(long maxBytes, LogSettings log) throws IOException {
    queue =
        EmbeddedHoldQueue.open(
            new StoreSettings(directory, maxBytes, 0, log, Duration.ofSeconds(10)),
            DispatchLimits.defaults(),
            new RealDisk(),
            InstantSource.system());
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
  }

  private void store(String to, int size) throws StoreException {
    String id = "m" + ids++;
    queue.store(
        Mail.envelope(id),
        Mail.content("mail " + id + " " + "x".repeat(size)),
        List.of(Mail.waiting(to)));
  }

  /** Returns how many it took until there was no room. */
  private int fill() {
    int count = 0;
    while (true) {
      try {
        store(count % 4 == 0 ? STAYS : GOES, SIZE);
        count++;
      } catch (StoreException e) {
        assertThat(e.why()).isEqualTo(StoreException.Cause.NO_ROOM);
        assertBoundHolds();
        return count;
      }
    }
  }

  private void assertBoundHolds() {
    assertThat(octetsOfLog()).isLessThanOrEqualTo(MAX_BYTES);
  }

  /** As the file system sees it, preallocation and all. */
  private long octetsOfLog() {
    File[] files = directory.resolve("log").toFile().listFiles();
    return Stream.of(Objects.requireNonNull(files)).mapToLong(File::length).sum();
  }

  private void discard(String lane) {
    queue.discard(new QueueFilter(null, lane, null, null, null, null), "ann", "gone");
  }

  /** Until some looks one after the other find nothing to do. */
  private void compact() throws IOException {
    int idle = 0;
    while (idle < 4) {
      idle = queue.compactor().step() == 0 ? idle + 1 : 0;
      assertBoundHolds();
    }
  }

  /** Room is looked up now and then, not for every message. */
  private void assertTakes(int count) {
    int[] taken = {0};
    eventually(() -> {
      taken[0] += fill();
      return taken[0] >= count;
    });
  }

  @Test
  void full_smallerThanASegmentAndDrained_takesAsMuchAgain() throws IOException {
    FakeNextHops world = new FakeNextHops();
    int first = fill();
    assertThat(first).isGreaterThan((int) (MAX_BYTES / SIZE * 3 / 4));
    world.otherwise = new NextHops.Way.Open("imap5-6", "member", 0);
    queue.start(world);
    eventually(() -> world.delivered.size() == first);
    eventually(() -> queue.refusal(0).isEmpty());
    world.otherwise = new NextHops.Way.Shut("imap5-6", "on hold");
    eventually(() -> queue.summary().storeBytes() < MAX_BYTES / 4);
    assertTakes(first * 3 / 4);
  }

  @Test
  void full_threeOfFourGone_compactionMakesRoomWithinTheBound() throws IOException {
    int first = fill();
    discard(GOES);
    assertBoundHolds();
    compact();
    assertTakes(first / 2);
    assertThat(queue.lane(STAYS).deliveries()).isGreaterThan(first / 4);
  }

  @Test
  void segmentBeingWritten_mostlyDeadAndQuiet_comesToItsEnd() throws IOException {
    queue.close();
    open(1L << 30, LogSettings.usual());
    store(STAYS, SIZE);
    for (long octets = 0; octets < 2 * Compactor.ROLL_OCTETS; octets += SIZE) {
      store(GOES, SIZE);
    }
    discard(GOES);
    queue.compactor().step();
    queue.compactor().step();
    compact();
    eventually(() -> queue.summary().storeBytes() < 2 * SIZE);
    assertThat(queue.lane(STAYS).deliveries()).isOne();
  }

  @Test
  void segmentBeingWritten_smallOrAlive_staysAsItIs() throws IOException {
    queue.close();
    open(1L << 30, LogSettings.usual());
    store(GOES, SIZE);
    discard(GOES);
    Path only = directory.resolve("log").resolve(name());
    compact();
    assertThat(directory.resolve("log").resolve(name())).as("small").isEqualTo(only);
    for (long octets = 0; octets < 2 * Compactor.ROLL_OCTETS; octets += SIZE) {
      store(STAYS, SIZE);
    }
    compact();
    assertThat(directory.resolve("log").resolve(name())).as("alive").isEqualTo(only);
  }

  /** Of the last segment. */
  private String name() throws IOException {
    try (var files = Files.list(directory.resolve("log"))) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList().getLast();
    }
  }

  /**
   * What follows a segment of mail that nobody can deliver tells the fate of the rest of it, and
   * cannot go before it.
   */
  @Test
  void oldSegment_fullOfLifeAndPinningDeadOnes_isCarriedForward() throws IOException {
    queue.close();
    open(1L << 30, new LogSettings(64 << 10, 8 << 10, 1_000_000));
    for (int i = 0; i < 25; i++) {
      store(STAYS, 2000);
    }
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 10; j++) {
        store(i % 2 + GOES, 2000);
      }
      discard((i + 1) % 2 + GOES); // what came before these
    }
    long before = queue.summary().storeBytes();
    assertThat(before).as("pinned").isGreaterThan(400 * 2000);
    compact();
    eventually(() -> queue.summary().storeBytes() < 3 * (64 << 10));
    assertThat(queue.lane(STAYS).deliveries()).isEqualTo(25);
  }
}
