package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
