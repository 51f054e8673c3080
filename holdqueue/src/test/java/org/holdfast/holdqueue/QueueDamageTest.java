package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Synced octets of the log are not what was written any more: each held message comes as it was, or
 * its octets are in the quarantine; everything else is unharmed, and its lane goes on. With the
 * index that knew them, and with one made from the damaged log.
 */
class QueueDamageTest {

  /** Every so manyeth bit is flipped; {@code -Dholdfast.flip.step=1}: every one. */
  private static final int FLIP_STEP = Integer.getInteger("holdfast.flip.step", 1_597);

  /** The log is cut at every so manyeth octet; {@code -Dholdfast.cut.step=1}: every one. */
  private static final int CUT_STEP = Integer.getInteger("holdfast.cut.step", 293);

  private static final String ALICE = "alice@example.com";
  private static final String BOB = "bob@example.com";
  private static final int MESSAGES = 4;

  @TempDir Path directory;

  private FaultyDisk whole;
  private List<Path> segments;
  private Path folder;

  /** Four messages for two, in one segment or several; the queue was closed in order. */
  @BeforeEach
  void fill() throws IOException {
    folder = directory.resolve("q");
    whole = new FaultyDisk(1);
    try (EmbeddedHoldQueue queue = QueueTrial.open(whole, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).isTrue();
      for (int i = 0; i < MESSAGES; i++) {
        queue.store(
            Mail.envelope("m" + i),
            Mail.content(text(i)),
            List.of(Mail.waiting(ALICE), Mail.waiting(BOB)));
      }
      queue.summary();
    }
    segments = whole.files(folder.resolve("log"));
    copy(folder.resolve("index"), directory.resolve("saved"));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  /** A copy of the whole log; the index is the one of the whole log, or none. */
  private FaultyDisk copied(boolean indexed) throws IOException {
    QueueTrial.deleteIndex(folder);
    if (indexed) {
      copy(directory.resolve("saved"), folder.resolve("index"));
    }
    return whole.copy(1);
  }

  private static String text(int number) {
    return "mail m" + number + " " + "x".repeat(360);
  }

  /** What came, and that everything else is accounted for. */
  private Set<String> comes(FaultyDisk disk, String where) throws IOException {
    List<String> delivered = settled(disk, where);
    assertThat(delivered).as(where).isSubsetOf(all()).doesNotHaveDuplicates();
    assertInOrder(delivered, where);
    if (delivered.size() < 2 * MESSAGES) {
      assertThat(disk.list(folder.resolve("quarantine"))).as(where).isNotEmpty();
    }
    return new HashSet<>(delivered);
  }

  /** What is delivered until nothing waits any more. */
  private List<String> settled(FaultyDisk disk, String where) throws IOException {
    FakeNextHops world = new FakeNextHops();
    world.otherwise = new NextHops.Way.Open("imap5-6", "member", 0);
    try (EmbeddedHoldQueue queue = QueueTrial.open(disk, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).as(where).isTrue();
      queue.start(world);
      eventually(where, () -> isSettled(queue));
      return List.copyOf(world.delivered);
    }
  }

  /** Nothing waits; what is still there is parked as damaged. */
  private static boolean isSettled(EmbeddedHoldQueue queue) {
    return queue.list(QueueFilter.any(), null, 100).stream()
        .allMatch(i ->
            i.state() == DeliveryState.PARKED
                && i.lastReply().equals("the stored message is damaged"));
  }

  private static List<String> all() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      all.add(ALICE + " " + text(i));
      all.add(BOB + " " + text(i));
    }
    return all;
  }

  private static void assertInOrder(List<String> delivered, String where) {
    for (String lane : List.of(ALICE, BOB)) {
      assertThat(delivered.stream().filter(d -> d.startsWith(lane)).toList()).as(where).isSorted();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bit_flipped_oneMessageIsQuarantinedAtMost(boolean indexed) throws IOException {
    Path segment = segments.getFirst();
    byte[] octets = whole.octets(segment);
    int cases = 0;
    int lost = 0;
    for (int bit = indexed ? 0 : 7; bit < octets.length * 8; bit += FLIP_STEP) {
      byte[] flipped = octets.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      String where = "bit " + bit + (indexed ? ", indexed" : "");
      FaultyDisk disk = copied(indexed);
      disk.replace(segment, flipped);
      Set<String> came = comes(disk, where);
      assertThat(came.size()).as(where).isGreaterThanOrEqualTo(2 * MESSAGES - 2);
      lost += came.size() < 2 * MESSAGES ? 1 : 0;
      cases++;
    }
    System.out.printf(
        "queue, bit flipped, indexed %s: %d cases, a message quarantined in %d%n",
        indexed, cases, lost);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void log_cutAtAnyOctet_allBeforeComes(boolean indexed) throws IOException {
    Path segment = segments.getFirst();
    byte[] octets = whole.octets(segment);
    int cases = 0;
    int step = indexed ? CUT_STEP * 2 : CUT_STEP; // the index is ahead then and mended: a second
    for (int cut = 0; cut < octets.length; cut += step) {
      byte[] shorter = Arrays.copyOf(octets, cut);
      FaultyDisk disk = copied(indexed);
      for (Path each : segments.subList(1, segments.size())) {
        disk.delete(each);
      }
      disk.replace(segment, shorter);
      // A record that was cut in the middle is a torn tail or the index's damage; either is
      // settled.
      Set<String> came = new HashSet<>(settled(disk, "cut " + cut));
      for (int i = 0; i < MESSAGES; i++) {
        boolean there = indexOf(octets, text(i)) + text(i).length() <= cut;
        boolean inThisOne = indexOf(octets, text(i)) >= 0;
        assertThat(came.contains(ALICE + " " + text(i)))
            .as("cut %d, m%d", cut, i)
            .isEqualTo(inThisOne && there);
      }
      cases++;
    }
    System.out.printf("queue, cut, indexed %s: %d cases%n", indexed, cases);
  }

  private static int indexOf(byte[] octets, String text) {
    return new String(octets, StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
