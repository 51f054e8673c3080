package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    try (AuditLog log = AuditLog.open(data, InstantSource.system(), 1000)) {
      for (int i = 0; i < 200; i++) {
        say(log, "user" + i);
      }
    }
    try (var files = Files.list(data.resolve("audit"))) {
      assertThat(files.count()).isEqualTo(1 + AuditLog.MAX_OLD_FILES);
    }
    assertThat(Files.size(data.resolve("audit/events.log"))).isLessThan(1300);
    try (AuditLog log = AuditLog.open(data, InstantSource.system(), 1000)) {
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
}
