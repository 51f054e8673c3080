package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class AuditLogTest {

  @TempDir Path data;

  private static void say(AuditLog log, String target) {
    log.append("op", "127.0.0.1", "user.state", target, "why", null, Map.of("state", "moving"));
  }

  @Test
  void log_reopened_goesOnWithItsEventsAndIds() throws Exception {
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      say(log, "ünï@example.com");
      say(log, "b");
    }
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      say(log, "c");
      assertThat(log.after(0, 10))
          .extracting(AuditEvent::target)
          .containsExactly("ünï@example.com", "b", "c");
      assertThat(log.last()).isEqualTo(3);
    }
  }

  @Test
  void change_leavesALineInTheLogOfTheMail() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger("org.holdfast.change");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      say(log, "a@example.com");
      Caller ann = new Caller("ann", Role.OPERATOR, Set.of(), "192.0.2.1");
      ChangeLines.ofUsers(ann, List.of("a@x", "b@x"), List.of("moving"), 100_000);
      ChangeLines.ofUsers(ann, List.of(), List.of(), 0);
    } finally {
      logger.detachAppender(lines);
      logger.setLevel(null);
    }
    assertThat(lines.list)
        .extracting(line -> String.valueOf(line.getKeyValuePairs()))
        .containsExactly(
            "[what=\"user.state\", target=\"[a@example.com]\", by=\"op\", client=\"127.0.0.1\","
                + " state=\"moving\", reply=\"why\"]",
            "[what=\"user.state\", target=\"[a@x, b@x]\", by=\"ann\", client=\"192.0.2.1\","
                + " more=\"99998\", state=\"moving\", affected=\"100000\", reply=\"by a list\"]");
  }

  @Test
  void log_withATornLine_passesItOver() throws Exception {
    Path file = data.resolve("audit/events.log");
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      say(log, "a");
    }
    Files.writeString(file, "{\"id\":2,\"at", StandardOpenOption.APPEND);
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      say(log, "b");
    }
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      assertThat(log.after(0, 10)).extracting(AuditEvent::target).containsExactly("a", "b");
    }
  }

  @Test
  void log_atItsSize_isSetAsideAndOldFilesAreBounded() throws Exception {
    try (AuditLog log = AuditLog.open(data, InstantSource.system(), 1000, AuditLog.USUAL_KEEP)) {
      for (int i = 0; i < 200; i++) {
        say(log, "user" + i);
      }
    }
    try (var files = Files.list(data.resolve("audit"))) {
      assertThat(files.count()).isEqualTo(1 + AuditFiles.MAX_OLD_FILES);
    }
    assertThat(Files.size(data.resolve("audit/events.log"))).isLessThan(1300);
    try (AuditLog log = AuditLog.open(data, InstantSource.system(), 1000, AuditLog.USUAL_KEEP)) {
      assertThat(log.last()).isEqualTo(200);
    }
  }

  @Test
  void tail_isBounded() throws Exception {
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      for (int i = 0; i < AuditLog.TAIL + 1; i++) {
        say(log, "user" + i);
      }
      assertThat(log.after(0, Integer.MAX_VALUE)).hasSize(AuditLog.TAIL);
      assertThat(log.after(0, 1).getFirst().id()).isEqualTo(2);
    }
  }

  @Test
  void events_thatLeftTheMemory_areReadFromTheFiles() throws Exception {
    int many = AuditLog.TAIL + 2_000;
    try (AuditLog log = AuditLog.open(data, InstantSource.system(), 100_000, AuditLog.USUAL_KEEP)) {
      for (int i = 1; i <= many; i++) {
        say(log, i % 1_000 == 1 ? "rare" : "user" + i);
      }
      long oldest = log.after(0, EventFilter.ANY, 1).events().getFirst().id();
      assertThat(oldest).isEqualTo(1);
      for (long after : new long[] {0, 1, 999, 1000, 1999, 2001, 6998, many - 1}) {
        assertThat(log.after(after, EventFilter.ANY, 3).events())
            .as("after %s", after)
            .extracting(AuditEvent::id)
            .first()
            .isEqualTo(after + 1);
      }
      EventFilter rare = new EventFilter(null, null, "rare");
      AuditLog.Found all = log.after(0, rare, 1000);
      assertThat(all.events())
          .extracting(AuditEvent::id)
          .containsExactly(1L, 1001L, 2001L, 3001L, 4001L, 5001L, 6001L);
      assertThat(all.upTo()).isEqualTo(many);
      AuditLog.Found some = log.after(1, rare, 2);
      assertThat(some.events()).extracting(AuditEvent::id).containsExactly(1001L, 2001L);
      assertThat(some.upTo()).isEqualTo(2001);
      assertThat(log.newest(rare, 6))
          .extracting(AuditEvent::id)
          .containsExactly(1001L, 2001L, 3001L, 4001L, 5001L, 6001L);
      assertThat(log.newest(rare, 100)).hasSize(7);
    }
  }

  @Test
  void filter_byFirstWordOrWhole_findsTheKind() throws Exception {
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      log.append("ann", "", "user.state", "a", "", null, null);
      log.append("ann", "", "users.state", "b", "", null, null);
      log.append("bea", "", "user.put", "c", "", null, null);
      assertThat(targets(log, null, "user")).containsExactly("a", "c");
      assertThat(targets(log, null, "user.state")).containsExactly("a");
      assertThat(targets(log, "ann", null)).containsExactly("a", "b");
      assertThat(targets(log, "bea", "user.state")).isEmpty();
    }
  }

  private static List<String> targets(AuditLog log, @Nullable String who, @Nullable String what)
      throws Exception {
    return log.after(0, new EventFilter(who, what, null), 10).events().stream()
        .map(AuditEvent::target)
        .toList();
  }

  /** What a client saw of a log that was lost must not make it wait for ever. */
  @Test
  void after_anIdThatIsNotYet_goesOnFromTheLast() throws Exception {
    try (AuditLog log = AuditLog.open(data, InstantSource.system())) {
      say(log, "a");
      AuditLog.Found found = log.after(1_000_000, EventFilter.ANY, 10);
      assertThat(found.events()).isEmpty();
      assertThat(found.upTo()).isEqualTo(1);
    }
  }

  @Test
  void events_olderThanKept_areDeleted() throws Exception {
    Instant[] now = {Instant.parse("2026-01-01T00:00:00Z")};
    Duration keep = Duration.ofDays(10);
    try (AuditLog log = AuditLog.open(data, () -> now[0], AuditFiles.MAX_FILE_BYTES, keep)) {
      for (int day = 1; day <= 40; day++) {
        say(log, "day" + day);
        age(data.resolve("audit"), now[0]);
        now[0] = now[0].plus(Duration.ofDays(1)).plusSeconds(1);
        log.tidy();
      }
    }
    try (var files = Files.list(data.resolve("audit"))) {
      assertThat(files.mapToLong(AuditLogTest::lines).sum()).isBetween(9L, 12L);
    }
  }

  /** The test's clock is not the file system's. */
  private static void age(Path folder, Instant now) throws IOException {
    Files.setLastModifiedTime(folder.resolve("events.log"), FileTime.from(now));
  }

  private static long lines(Path file) {
    try {
      return Files.readAllLines(file).size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fifteen files set aside, and one that cannot be deleted to make room. */
  @Test
  void log_whoseFilesCannotBeSetAside_goesOnInTheSame() throws Exception {
    try (AuditLog log = AuditLog.open(data, InstantSource.system(), 1000, AuditLog.USUAL_KEEP)) {
      Path audit = data.resolve("audit");
      Files.createDirectories(audit.resolve("events.log." + AuditFiles.MAX_OLD_FILES + "/full"));
      for (int i = 1; i <= 50; i++) {
        say(log, "user" + i);
      }
      assertThat(Files.readAllLines(audit.resolve("events.log")))
          .hasSize(50)
          .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }
  }
}
