package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.holdfast.gateway.metrics.Counts;
import org.holdfast.gateway.reply.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients offer large messages at once to a door with room for a few ({@code bench/flood.py}
 * does the same to a whole gateway, with 2 000 of 50 MiB).
 */
class BackPressureIT {

  private static final int CLIENTS = Integer.getInteger("holdfast.flood.clients", 200);
  private static final String LINE = "x".repeat(76) + "\r\n";
  private static final int LINES = 13_000; // a little less than 1 MiB
  private static final long ROOM = 16L << 20;

  @TempDir Path spool;
  private final FakeInbound inbound = new FakeInbound();
  private final SpoolRoom room;

  BackPressureIT(@TempDir Path folder) {
    room = SpoolRoom.in(folder, new SpoolRoom.Bounds(ROOM, CLIENTS, 0));
  }

  @Test
  void declared_whoHasNoRoomIsToldBeforeTheData_othersAreFinished() throws Exception {
    CompletableFuture<Reply> backend = new CompletableFuture<>();
    inbound.decision =
        envelope ->
            envelope.reversePath().startsWith("small")
                ? CompletableFuture.completedFuture(new Reply(250, "2.0.0", "OK"))
                : backend;
    try (RunningServer server = new RunningServer(settings(), inbound, room)) {
      List<String> outcomes = flood(server, " SIZE=" + size(), () -> backend.complete(taken()));
      // one client may have half of the room, so another one is served beside it
      assertThat(outcomes).containsOnly("354 250 2.0.0 taken", "452 4.3.1");
      assertThat(outcomes.stream().filter(o -> o.startsWith("354"))).hasSize(8);
      assertThat(counted(server, Limit.CLIENT_SPOOL)).isEqualTo(CLIENTS - 8);
      everythingOnce(8);
    }
  }

  @Test
  void notDeclared_whoHasNoRoomIsToldAfterTheData_andSomeAreFinished() throws Exception {
    try (RunningServer server = new RunningServer(settings(), inbound, room)) {
      List<String> outcomes = flood(server, "", () -> {});
      long served = outcomes.stream().filter(o -> o.startsWith("354 250")).count();
      assertThat(outcomes)
          .allMatch(o -> o.matches("354 250 2\\.0\\.0.*|354 452 4\\.3\\.1.*|452.*"));
      assertThat(served).isPositive();
      everythingOnce((int) served);
    }
  }

  /** All say DATA before anybody sends; a small message must get through in the middle of it. */
  private List<String> flood(RunningServer server, String size, Runnable afterwards)
      throws Exception {
    CountDownLatch ready = new CountDownLatch(CLIENTS);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> outcomes = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        outcomes.add(clients.submit(() -> offer(server, number, size, ready)));
      }
      ready.await();
      assertThat(small(server)).startsWith("250");
      afterwards.run();
      List<String> said = new ArrayList<>();
      for (Future<String> outcome : outcomes) {
        said.add(outcome.get());
      }
      return said;
    }
  }

  private String offer(RunningServer server, int number, String size, CountDownLatch ready)
      throws IOException, InterruptedException {
    try (Client client = server.client()) {
      client.say("EHLO c");
      String mail = client.say("MAIL FROM:<large" + number + "@b.de>" + size);
      String data = mail;
      if (mail.startsWith("250")) {
        client.say("RCPT TO:<a@x.org>");
        data = client.say("DATA");
      }
      ready.countDown();
      if (!data.startsWith("354")) {
        return data.substring(0, 9);
      }
      ready.await();
      client.send("Subject: " + number + "\r\n\r\n" + LINE.repeat(LINES));
      return "354 " + client.say(".");
    }
  }

  private static String small(RunningServer server) throws IOException {
    try (Client client = server.client()) {
      client.say("EHLO c");
      client.say("MAIL FROM:<small@b.de>");
      client.say("RCPT TO:<a@x.org>");
      client.say("DATA");
      return client.say("x\r\n.");
    }
  }

  private void everythingOnce(int large) {
    Set<String> subjects = new HashSet<>();
    for (FakeInbound.Taken taken : inbound.taken) {
      if (taken.envelope().reversePath().startsWith("large")) {
        String sent = taken.sent();
        int body = sent.indexOf("\r\n\r\n") + 4;
        assertThat(sent.substring(body).equals(LINE.repeat(LINES))).isTrue();
        assertThat(subjects.add(sent.substring(0, body))).isTrue();
      }
    }
    assertThat(subjects).hasSize(large);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(room.used()).isZero();
          assertThat(room.files()).isZero();
          assertThat(spool).isEmptyDirectory();
        });
  }

  private static long counted(RunningServer server, Limit limit) {
    return new Counts(server.counted)
        .of(LimitCounts.NAME, "door", "smtp", "limit", limit.word())
        .getCount();
  }

  private static Reply taken() {
    return new Reply(250, "2.0.0", "taken");
  }

  private static long size() {
    return (long) LINE.length() * LINES + 30;
  }

  private ListenerSettings settings() {
    return new ListenerSettings(
        Dialect.SMTP,
        "127.0.0.1",
        0,
        "gw.example.org",
        List.of("127.0.0.0/8"),
        2 << 20,
        3,
        CLIENTS + 10,
        CLIENTS + 10,
        Duration.ofSeconds(60),
        null,
        null,
        64 * 1024,
        4 << 20,
        spool,
        Introducers.NOBODY,
        Security.USUAL,
        Rates.USUAL);
  }
}
