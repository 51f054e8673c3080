package org.holdfast.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process, its real signals, and a real socket of a service manager. */
class ServiceIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String OPEN = "smtp: { listen: '127.0.0.1:0' }";

  @TempDir Path folder;

  @Test
  void life_startReloadStop_isToldToTheManager() throws Exception {
    String socket = folder.resolve("notify").toString();
    try (NotifyReceiver manager = new NotifyReceiver(socket);
        ScriptedBackend backend = ScriptedBackend.start();
        ServedGateway gateway = new ServedGateway(folder, socket, OPEN, backend.address())) {
      await().atMost(PATIENCE).until(() -> manager.heard("READY=1", "STATUS="));
      assertThat(manager.heard("EXTEND_TIMEOUT_USEC=", "starting")).isTrue();
      await().atMost(PATIENCE).until(() -> manager.heard("WATCHDOG=1", ""));
      await().atMost(PATIENCE).until(() -> manager.heard("STATUS=nothing is held", ""));

      assertThat(gateway.banner()).startsWith("220 ");
      reloaded(gateway, manager, "smtp: { listen: '127.0.0.1:0', allow: [192.0.2.0/24] }");
      assertThat(gateway.banner()).startsWith("554 5.7.1");
      assertThat(manager.heard("RELOADING=1", "MONOTONIC_USEC=")).isTrue();

      gateway.configure("smtp: { listen: '127.0.0.1:0', alow: [127.0.0.1] }");
      gateway.signal("HUP");
      await().atMost(PATIENCE).until(() -> manager.heard("NOT reloaded", "smtp.alow"));
      assertThat(gateway.banner()).startsWith("554 5.7.1");

      stopsInOrder(gateway, manager);
    }
  }

  private static void reloaded(ServedGateway gateway, NotifyReceiver manager, String keys)
      throws IOException, InterruptedException {
    gateway.configure(keys);
    gateway.signal("HUP");
    await().atMost(PATIENCE).until(() -> manager.heard("READY=1", "smtp.allow"));
  }

  /** A second SIGTERM in the middle hurries nothing. */
  private static void stopsInOrder(ServedGateway gateway, NotifyReceiver manager)
      throws IOException, InterruptedException {
    gateway.signal("TERM");
    gateway.signal("TERM");
    assertThat(gateway.exitCode()).isZero();
    await().atMost(PATIENCE).until(() -> manager.heard("STOPPING=1", "EXTEND_TIMEOUT_USEC="));
    assertThat(gateway.log()).contains("stopping: no new connections").endsWith("stopped\n");
  }

  @Test
  void abstractName_isHeard_andATalkUnderWayIsFinishedBeforeTheStop() throws Exception {
    String socket = "@holdfast-test-" + ProcessHandle.current().pid();
    try (NotifyReceiver manager = new NotifyReceiver(socket);
        ScriptedBackend backend = ScriptedBackend.start();
        ServedGateway gateway = new ServedGateway(folder, socket, OPEN, backend.address());
        Socket sender = gateway.connect()) {
      await().atMost(PATIENCE).until(() -> manager.heard("READY=1", ""));
      BufferedReader replies =
          new BufferedReader(
              new InputStreamReader(sender.getInputStream(), StandardCharsets.US_ASCII));
      say(sender, replies, null, "220");
      say(sender, replies, "HELO me", "250");
      say(sender, replies, "MAIL FROM:<a@b.test>", "250");
      say(sender, replies, "RCPT TO:<ann@example.com>", "250");
      say(sender, replies, "DATA", "354");
      gateway.signal("TERM");
      await().atMost(PATIENCE).until(() -> manager.heard("STOPPING=1", ""));
      say(sender, replies, "Subject: in flight\r\n\r\nhello\r\n.", "250");
      assertThat(gateway.exitCode()).isZero();
    }
  }

  private static void say(Socket to, BufferedReader replies, @Nullable String line, String code)
      throws IOException {
    if (line != null) {
      to.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(replies.readLine()).startsWith(code);
  }

  /** Nothing of it depends on the gateway: a socket without an owner is only a warning. */
  @Test
  void managerThatIsGone_isNoReasonNotToStart() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.start();
        ServedGateway gateway =
            new ServedGateway(
                folder, folder.resolve("nobody").toString(), OPEN, backend.address())) {
      assertThat(gateway.banner()).startsWith("220 ");
      gateway.signal("TERM");
      assertThat(gateway.exitCode()).isZero();
      assertThat(gateway.log()).contains("the service manager was not told");
    }
  }
}
