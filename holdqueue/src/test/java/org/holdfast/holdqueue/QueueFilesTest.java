package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.RealDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody's hand in the log's folder: files that do not belong there, and segments that are not
 * what they were. With the index that knew them, and without.
 */
class QueueFilesTest {

  private static final String ALICE = "alice@example.com";
  private static final int MESSAGES = 12;

  @TempDir Path directory;

  private final FaultyDisk disk = new FaultyDisk(1);
  private Path folder;
  private List<Path> segments;

  @BeforeEach
  void fill() throws IOException {
    folder = directory.resolve("q");
    fill(disk);
    segments = disk.files(folder.resolve("log"));
    assertThat(segments).hasSizeGreaterThan(4);
  }

  private void fill(Disk to) throws IOException {
    try (EmbeddedHoldQueue queue = QueueTrial.open(to, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).isTrue();
      for (int i = 10; i < 10 + MESSAGES; i++) {
        queue.store(Mail.envelope("m" + i), Mail.content(text(i)), List.of(Mail.waiting(ALICE)));
      }
      queue.summary();
    }
  }

  private static String text(int number) {
    return "mail m" + number + " " + "x".repeat(500);
  }

  private static List<String> all() {
    List<String> all = new ArrayList<>();
    for (int i = 10; i < 10 + MESSAGES; i++) {
      all.add(ALICE + " " + text(i));
    }
    return all;
  }

  /** The messages in these segments. */
  private List<String> in(Path... lost) {
    List<String> found = new ArrayList<>();
    for (Path segment : lost) {
      String octets = new String(disk.octets(segment), StandardCharsets.ISO_8859_1);
      for (int i = 10; i < 10 + MESSAGES; i++) {
        if (octets.contains(text(i))) {
          found.add(ALICE + " " + text(i));
        }
      }
    }
    return found;
  }

  private static List<String> allBut(List<String> lost) {
    return all().stream().filter(d -> !lost.contains(d)).toList();
  }

  /** All of these come in order, nothing else, and nothing is left waiting. */
  private void assertComes(Disk from, boolean indexed, List<String> expected) throws IOException {
    if (!indexed) {
      QueueTrial.deleteIndex(folder);
    }
    FakeNextHops world = new FakeNextHops();
    world.otherwise = new NextHops.Way.Open("imap5-6", "member", 0);
    try (EmbeddedHoldQueue queue = QueueTrial.open(from, folder)) {
      assertThat(queue.awaitReady(PATIENCE)).isTrue();
      queue.start(world);
      eventually(() ->
          queue.list(QueueFilter.any(), null, 100).stream()
              .allMatch(i -> i.state() == DeliveryState.PARKED));
      assertThat(world.delivered).containsExactlyElementsOf(expected);
      queue.store(Mail.envelope("m99"), Mail.content("more"), List.of(Mail.waiting(ALICE)));
      eventually(() -> world.delivered.contains(ALICE + " more"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void foreignAndEmptyFiles_areLeftAloneAndAllComes(boolean indexed) throws IOException {
    Path log = folder.resolve("log");
    disk.replace(log.resolve("notes.txt"), "hello".getBytes(StandardCharsets.UTF_8));
    disk.replace(log.resolve("0000000000000000.log.bak"), new byte[100]);
    disk.replace(folder.resolve("ends").resolve("notes.txt"), new byte[3]);
    assertComes(disk, indexed, all());
    assertThat(disk.list(log)).contains("notes.txt", "0000000000000000.log.bak");
    assertThat(disk.list(folder.resolve("ends"))).containsExactly("notes.txt");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void emptyFile_withASegmentsName_isNoHarm(boolean indexed) throws IOException {
    disk.replace(folder.resolve("log").resolve("0000000000ffff00.log"), new byte[0]);
    assertComes(disk, indexed, all());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void segmentInTheMiddle_missing_allOthersCome(boolean indexed) throws IOException {
    Path lost = segments.get(segments.size() / 2);
    List<String> gone = in(lost);
    assertThat(gone).isNotEmpty();
    disk.delete(lost);
    assertComes(disk, indexed, allBut(gone));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void segmentInTheMiddle_truncatedToNothing_allOthersCome(boolean indexed) throws IOException {
    Path lost = segments.get(segments.size() / 2);
    List<String> gone = in(lost);
    disk.replace(lost, new byte[0]);
    assertComes(disk, indexed, allBut(gone));
  }

  /** No record is right where it is: both are quarantined whole. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoSegments_swappedByName_areQuarantinedAndAllOthersCome(boolean indexed)
      throws IOException {
    Path one = segments.get(1);
    Path other = segments.get(2);
    List<String> gone = in(one, other);
    assertThat(gone).isNotEmpty();
    byte[] octets = disk.octets(one);
    disk.replace(one, disk.octets(other));
    disk.replace(other, octets);
    assertComes(disk, indexed, allBut(gone));
    assertThat(disk.list(folder.resolve("quarantine")))
        .anyMatch(name -> name.startsWith(base(one)))
        .anyMatch(name -> name.startsWith(base(other)));
  }

  private static String base(Path segment) {
    return String.valueOf(segment.getFileName()).substring(0, 16);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void directory_withASegmentsName_isLeftAlone(boolean indexed) throws IOException {
    folder = directory.resolve("real");
    fill(new RealDisk());
    Path odd = folder.resolve("log").resolve("0000000000000008.log");
    Files.createDirectory(odd);
    assertComes(new RealDisk(), indexed, all());
    assertThat(odd).isDirectory();
  }

  /** Where the next segment must be: the start fails and says which name it is. */
  @Test
  void directory_withTheNextSegmentsName_failsTheStartByName() throws IOException {
    folder = directory.resolve("real");
    fill(new RealDisk());
    Path log = folder.resolve("log");
    try (var files = Files.list(log)) {
      Path last = files.max(Path::compareTo).orElseThrow();
      long next = Long.parseLong(base(last), 16) + Math.max(64, Files.size(last));
      Path odd = log.resolve(String.format("%016x.log", (next + 7) / 8 * 8));
      Files.createDirectory(odd);
      assertThatThrownBy(() -> QueueTrial.open(new RealDisk(), folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(String.valueOf(odd.getFileName()));
      Files.delete(odd);
    }
    assertComes(new RealDisk(), true, all());
  }
}
