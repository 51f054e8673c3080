package org.holdfast.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifierTest {

  private final List<String> sent = new ArrayList<>();
  private final Notifier notifier = new Notifier(sent::add);

  @Test
  void messages_areTheWordsOfSdNotify() {
    notifier.starting(Duration.ofSeconds(30), "reading");
    notifier.ready("up");
    notifier.alive();
    notifier.stopping(Duration.ofSeconds(60), "going");

    assertThat(sent)
        .containsExactly(
            "EXTEND_TIMEOUT_USEC=30000000\nSTATUS=reading",
            "READY=1\nSTATUS=up",
            "WATCHDOG=1",
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=60000000\nSTATUS=going");
  }

  @Test
  void reloading_saysWhen_byTheClockOfSystemd() {
    notifier.reloading();
    assertThat(sent.getFirst()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+\nSTATUS=.*");
  }

  @Test
  void status_ofManyLines_cannotSayAnythingElse_andIsCut() {
    notifier.status("held\nREADY=1\n" + "x".repeat(500));
    assertThat(sent.getFirst())
        .startsWith("STATUS=held READY=1 xxx")
        .doesNotContain("\n")
        .hasSizeLessThan(270);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tcp:127.0.0.1", "relative/path", "/nobody/is/here", "@nobody-there"})
  void socket_thatIsOdd_harmsNobody(String name) {
    Datagrams socket = NotifySocket.of(Map.of("NOTIFY_SOCKET", name));
    socket.send("READY=1");
    socket.send("READY=1");
    assertThat(socket.isHeard()).isEqualTo(name.startsWith("/") || name.startsWith("@"));
  }

  @Test
  void socket_withATooLongName_harmsNobody() {
    assertThat(NotifySocket.of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200))).isHeard()).isFalse();
    assertThat(NotifySocket.of(Map.of()).isHeard()).isFalse();
  }
}
