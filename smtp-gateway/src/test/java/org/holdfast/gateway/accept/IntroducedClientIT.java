package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients told by PROXY, XCLIENT and XFORWARD, read as transcripts. */
class IntroducedClientIT {

  private static final List<String> LOOPBACK = List.of("127.0.0.0/8");
  private static final Introducers XCLIENT = new Introducers(List.of(), LOOPBACK);

  @TempDir Path spool;
  private final FakeInbound inbound = new FakeInbound();

  private RunningServer server(Dialect dialect, List<String> allow, Introducers introducers)
      throws IOException {
    ListenerSettings s = RunningServer.settings(dialect, spool);
    return new RunningServer(
        new ListenerSettings(
            dialect,
            s.host(),
            0,
            s.hostname(),
            allow,
            s.maxMessageSize(),
            s.maxRecipients(),
            s.maxConnections(),
            2,
            s.commandTimeout(),
            null,
            null,
            s.memoryThreshold(),
            s.memoryTotal(),
            spool,
            introducers,
            Security.USUAL,
            Rates.USUAL),
        inbound);
  }

  private RunningServer server(Introducers introducers) throws IOException {
    return server(Dialect.SMTP, List.of("127.0.0.0/8", "192.0.2.0/24"), introducers);
  }

  private static String received(FakeInbound.Taken taken) {
    return taken.content().substring(0, taken.content().indexOf("X-Holdfast-Id"));
  }

  private static void send(Client client, String sender) throws IOException {
    assertThat(client.say("MAIL FROM:<" + sender + ">")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.say("x\r\n.")).startsWith("250 2.0.0");
  }

  private static String offered(Client client, String hello) throws IOException {
    client.send(hello + "\r\n");
    StringBuilder lines = new StringBuilder();
    String line = client.line();
    while (line.startsWith("250-")) {
      lines.append(line).append('\n');
      line = client.line();
    }
    return lines.append(line).append('\n').toString();
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void xclient_makesAnotherClient_andTheSessionBeginsAnew(Dialect dialect) throws IOException {
    String hello = dialect == Dialect.LMTP ? "LHLO " : "EHLO ";
    try (RunningServer server = server(dialect, List.of("127.0.0.1", "192.0.2.0/24"), XCLIENT);
        Client client = server.client()) {
      assertThat(offered(client, hello + "proxy"))
          .contains("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\n")
          .contains("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\n")
          .contains("LIMITS RCPTMAX=3\n");
      assertThat(client.say("XCLIENT NAME=mx1.example.com ADDR=192.0.2.7 PORT=1025"))
          .startsWith("220 gw.example.org ");
      assertThat(client.say("MAIL FROM:<s@b.de>")).startsWith("503 5.5.1");
      assertThat(offered(client, hello + "me")).contains("XCLIENT "); // not by its own word
      send(client, "s@b.de");
      assertThat(received(inbound.taken.getFirst()))
          .startsWith(
              "Received: from me (mx1.example.com [192.0.2.7])\r\n\tby gw.example.org with ");
      assertThat(inbound.taken.getFirst().envelope().client()).isEqualTo("me [192.0.2.7]");
      assertThat(client.say("XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:::1")).startsWith("554 5.7.1");
      assertThat(client.reply()).isEqualTo("closed");
    }
  }

  @Test
  void xclient_login_isSeenInReceived_untilTheNext() throws IOException {
    try (RunningServer server = server(XCLIENT);
        Client client = server.client()) {
      assertThat(client.say("XCLIENT ADDR=192.0.2.7 LOGIN=alice NAME=[UNAVAILABLE]"))
          .startsWith("220 ");
      assertThat(client.say("EHLO me")).startsWith("250");
      send(client, "s@b.de");
      assertThat(client.say("XCLIENT PORT=5")).startsWith("220 ");
      assertThat(client.say("HELO me")).startsWith("250");
      send(client, "s@b.de");
      assertThat(inbound.taken)
          .extracting(IntroducedClientIT::received)
          .satisfiesExactly(
              first -> assertThat(first).contains("me ([192.0.2.7])").contains(" with ESMTPA id "),
              second -> assertThat(second).contains("me ([192.0.2.7])").contains(" with SMTP id "));
    }
  }

  @Test
  void xclientAndXforward_fromOthersOrAtTheWrongTime_areRefused() throws IOException {
    try (RunningServer server = server(new Introducers(List.of(), List.of("10.0.0.0/8")));
        Client client = server.client()) {
      assertThat(offered(client, "EHLO me")).doesNotContain("XCLIENT", "XFORWARD");
      assertThat(client.say("XCLIENT ADDR=192.0.2.7")).startsWith("550 5.7.0");
      assertThat(client.say("XFORWARD ADDR=192.0.2.7")).startsWith("550 5.7.0");
    }
    try (RunningServer server = server(XCLIENT);
        Client client = server.client()) {
      assertThat(client.say("EHLO me")).startsWith("250");
      assertThat(client.say("XCLIENT")).startsWith("501 5.5.4");
      assertThat(client.say("XCLIENT ADDR=here")).startsWith("501 5.5.4");
      assertThat(client.say("XFORWARD SOURCE=MOON")).startsWith("501 5.5.4");
      assertThat(client.say("XFORWARD PROTO=" + "x".repeat(65))).startsWith("501 5.5.4");
      assertThat(client.say("XFORWARD LOGIN=me")).startsWith("501 5.5.4");
      assertThat(client.say("MAIL FROM:<s@b.de>")).startsWith("250");
      assertThat(client.say("XCLIENT ADDR=192.0.2.7")).startsWith("503 5.5.1");
      assertThat(client.say("XFORWARD ADDR=192.0.2.7")).startsWith("503 5.5.1");
      assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250"); // the transaction is as it was
    }
  }

  @Test
  void xclient_tooManyOfThatClient_is421_andTheCountFollows() throws IOException {
    try (RunningServer server = server(XCLIENT)) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Client client = server.client();
        clients.add(client);
        assertThat(client.say("XCLIENT ADDR=192.0.2.7")).startsWith("220 ");
      }
      try (Client third = server.client()) {
        assertThat(third.say("XCLIENT ADDR=192.0.2.8")).startsWith("220 ");
        assertThat(third.say("XCLIENT ADDR=192.0.2.7")).startsWith("421 4.7.0");
        assertThat(third.reply()).isEqualTo("closed");
      }
      clients.getFirst().close();
      await().until(() -> server.server.connections() == 1);
      try (Client fourth = server.client()) {
        assertThat(fourth.say("XCLIENT ADDR=192.0.2.7")).startsWith("220 ");
      }
      clients.get(1).close();
    }
  }

  @Test
  void xforward_changesNothingButTheLog() throws IOException {
    try (RunningServer server = server(XCLIENT);
        Client client = server.client()) {
      assertThat(client.say("EHLO me")).startsWith("250");
      assertThat(client.say("XFORWARD NAME=mx9.example.com ADDR=10.9.9.9 IDENT=4ABC SOURCE=REMOTE"))
          .startsWith("250 2.0.0");
      assertThat(client.say("XFORWARD HELO=they PROTO=ESMTP")).startsWith("250 2.0.0");
      send(client, "s@b.de");
      assertThat(received(inbound.taken.getFirst()))
          .startsWith("Received: from me ([127.0.0.1])\r\n");
    }
  }

  @Test
  void proxy_listed_mustTellTheClient_beforeTheBanner() throws IOException {
    Introducers introducers = new Introducers(LOOPBACK, List.of("192.0.2.0/24"));
    try (RunningServer server = server(introducers)) {
      try (Client client = new Client(server.address)) {
        client.send("PROXY TCP4 192.0.2.7 127.0.0.1 1025 25\r\nEHLO me\r\n");
        assertThat(client.reply()).startsWith("220 gw.example.org ");
        assertThat(client.line()).startsWith("250-gw.example.org Hello me [192.0.2.7]");
        assertThat(client.reply()).startsWith("250 ");
        send(client, "s@b.de");
        assertThat(received(inbound.taken.getFirst()))
            .startsWith("Received: from me ([192.0.2.7])\r\n");
        // the client behind the proxy is one of those who may introduce others
        assertThat(client.say("XCLIENT ADDR=127.0.0.5")).startsWith("220 ");
      }
      try (Client stranger = new Client(server.address)) {
        stranger.send("PROXY TCP4 203.0.113.1 127.0.0.1 1025 25\r\n");
        assertThat(stranger.reply()).startsWith("554 5.7.1");
        assertThat(stranger.reply()).isEqualTo("closed");
      }
      try (Client health = new Client(server.address)) {
        health.send("PROXY UNKNOWN\r\n");
        assertThat(health.reply()).startsWith("220 ");
        assertThat(health.say("XCLIENT ADDR=192.0.2.7")).startsWith("550 5.7.0");
      }
      try (Client none = new Client(server.address)) {
        none.send("EHLO without.a.header\r\n");
        assertThat(none.reply()).isEqualTo("closed");
      }
      await().until(() -> server.server.connections() == 0);
    }
  }

  @Test
  void proxy_countsEachClientByItself() throws IOException {
    try (RunningServer server = server(new Introducers(LOOPBACK, List.of()))) {
      List<Client> clients = new ArrayList<>();
      for (String address : List.of("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1")) {
        Client client = new Client(server.address);
        clients.add(client);
        client.send("PROXY TCP4 " + address + " 127.0.0.1 1025 25\r\n");
        assertThat(client.reply()).startsWith(clients.size() < 4 ? "220 " : "421 4.7.0");
      }
      for (Client client : clients) {
        client.close();
      }
      await().until(() -> server.server.connections() == 0);
    }
  }

  @Test
  void proxyHeader_fromOthers_isABadCommand() throws IOException {
    try (RunningServer server = server(new Introducers(List.of("10.0.0.0/8"), List.of()));
        Client client = server.client()) {
      assertThat(client.say("PROXY TCP4 192.0.2.7 127.0.0.1 1 2")).startsWith("500 5.5.1");
      assertThat(client.say("EHLO me")).startsWith("250");
      send(client, "s@b.de");
      assertThat(received(inbound.taken.getFirst())).contains("me ([127.0.0.1])");
    }
  }

  @Test
  void header_ofTheMessage_isNotTouchedOctetForOctet() throws IOException {
    StringBuilder strange = new StringBuilder("received: from x\r\n\tby y; \r\nX-Empty:\r\n");
    strange.append("Subject: \u00e4\u00ff  \r\n \t folded \r\nReturn-Path: <z@z>\r\nno colon\r\n");
    strange.append("X-Holdfast-Id: FAKE\r\nBcc: secret@x\r\n\r\n\r\n body \t\r\n");
    try (RunningServer server = server(Introducers.NOBODY);
        Client client = server.client()) {
      assertThat(client.say("EHLO me")).startsWith("250");
      for (String to :
          List.of("RCPT TO:<a@x.org>\r\n", "RCPT TO:<a@x.org>\r\nRCPT TO:<b@x.org>\r\n")) {
        client.send("MAIL FROM:<s@b.de>\r\n" + to + "DATA\r\n" + strange + ".\r\n");
        for (int i = 0; i < to.split("\n", -1).length + 2; i++) {
          assertThat(client.reply()).matches("[23]5.*");
        }
      }
      for (FakeInbound.Taken taken : inbound.taken) {
        assertThat(taken.sent()).isEqualTo(strange.toString());
        assertThat(received(taken).contains("\r\n\tfor <a@x.org>;\r\n"))
            .isEqualTo(taken.recipients().size() == 1);
        assertThat(received(taken).contains(" for ")).isFalse();
      }
      assertThat(inbound.taken).hasSize(2);
    }
  }
}
