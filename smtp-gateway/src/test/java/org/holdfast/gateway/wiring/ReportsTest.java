package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.holdfast.gateway.service.Datagrams;
import org.holdfast.gateway.service.Notifier;
import org.junit.jupiter.api.Test;

class ReportsTest {

  private final List<String> sent = new CopyOnWriteArrayList<>();
  private Instant now = Instant.EPOCH;

  private Reports reports() {
    return new Reports(new Notifier(sent::add), Optional.empty(), () -> now);
  }

  @Test
  void start_asksForMoreTime_sayingWhatItIsAt() {
    try (Reports reports = reports()) {
      reports.stage("reading the map");
      now = now.plusSeconds(75);
      reports.tellStage();
      assertThat(sent.getLast())
          .isEqualTo("EXTEND_TIMEOUT_USEC=30000000\nSTATUS=starting: reading the map (75 s)");
    }
  }

  @Test
  void start_thatHangsInOneStage_asksForNoMore() {
    try (Reports reports = reports()) {
      reports.stage("reading the map");
      now = now.plus(Reports.LONGEST_STAGE);
      reports.tellStage();
      assertThat(sent.getLast()).startsWith("STATUS=starting: reading the map (1800 s)");
      reports.stage("opening the listeners");
      assertThat(sent.getLast()).startsWith("EXTEND_TIMEOUT_USEC=");
    }
  }

  @Test
  void reload_isBetweenReloadingAndReady() {
    try (Reports reports = reports()) {
      reports.reloading(() -> "configuration reloaded: nothing has changed");
      assertThat(sent.get(0)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
      assertThat(sent.get(1))
          .isEqualTo("READY=1\nSTATUS=configuration reloaded: nothing has changed");
    }
  }

  @Test
  void stop_asksForStopTimeoutAndSomeMore() {
    Reports reports = reports();
    reports.stopping(Duration.ofMinutes(10));
    assertThat(sent.getLast()).startsWith("STOPPING=1\nEXTEND_TIMEOUT_USEC=630000000\n");
  }

  @Test
  void withoutAManager_nothingIsAskedOfTheGateway() {
    try (Reports reports =
        new Reports(new Notifier(Datagrams.none()), Optional.empty(), () -> now)) {
      reports.starting();
      reports.ready(
          () -> {
            throw new AssertionError("asked");
          },
          List.of());
      reports.stopping(Duration.ofSeconds(1));
    }
    assertThat(sent).isEmpty();
  }
}
