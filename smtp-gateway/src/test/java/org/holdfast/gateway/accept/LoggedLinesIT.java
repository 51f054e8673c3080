package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.holdfast.gateway.log.TextLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a session leaves in the log. */
class LoggedLinesIT {

  @TempDir Path spool;
  private final FakeInbound inbound = new FakeInbound();
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.holdfast.accept");
  private final Lines lines = new Lines();

  /** Keeps each line as it would be written. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final TextLines text = new TextLines();
    private final List<String> written = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      String line = new String(text.encode(event), StandardCharsets.UTF_8);
      written.add(line.substring(line.indexOf("accept ") + 7).strip());
    }
  }

  @BeforeEach
  void listen() {
    lines.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
    lines.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(lines);
  }

  @AfterEach
  void silence() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private RunningServer server() throws IOException {
    ListenerSettings s = RunningServer.settings(Dialect.SMTP, spool);
    return new RunningServer(
        new ListenerSettings(
            s.dialect(),
            s.host(),
            0,
            s.hostname(),
            s.allow(),
            s.maxMessageSize(),
            20,
            s.maxConnections(),
            s.maxConnectionsPerClient(),
            s.commandTimeout(),
            null,
            null,
            s.memoryThreshold(),
            s.memoryTotal(),
            spool,
            new Introducers(List.of(), List.of("127.0.0.1")),
            Security.USUAL,
            Rates.USUAL),
        inbound);
  }

  private String line(int number) {
    await().until(() -> lines.written.size() > number);
    return lines.written.get(number);
  }

  @Test
  void transaction_isOneLine_thatCanBeGrepped() throws IOException {
    try (RunningServer server = server();
        Client client = server.client()) {
      client.say("EHLO mx1.example.com");
      client.say("XFORWARD NAME=they.example ADDR=10.9.9.9 IDENT=4ABC HELO=x PROTO=ESMTP");
      client.say("MAIL FROM:<s@b.de>");
      for (int i = 0; i < 12; i++) {
        client.say("RCPT TO:<user" + i + "@x.org>");
      }
      client.say("DATA");
      assertThat(client.say("Message-ID: <1@b.de>\r\n\r\n.")).startsWith("250");
      client.say("MAIL FROM:<>");
      client.say("RCPT TO:<\"a> status=sent \\\"b\"@x.org>");
      client.say("DATA");
      client.say("a\rb\r\n.");
    }
    String id = inbound.taken.getFirst().envelope().id();
    assertThat(line(0))
        .startsWith(
            "message id="
                + id
                + " client=unknown[127.0.0.1] helo=<mx1.example.com> proto=ESMTP"
                + " orig_queue_id=4ABC orig_client=they.example[10.9.9.9] orig_helo=<x> orig_proto=ESMTP"
                + " from=<s@b.de> to=<user0@x.org>,<user1@x.org>,")
        .contains(",<user9@x.org> more=2 nrcpt=12 message-id=<1@b.de> size=24 delay=")
        .endsWith(" status=accepted (250 2.0.0 OK)");
    assertThat(line(1))
        .contains(" from=<> to=<\\u0022a\\u003e\\u0020status=sent")
        .contains(" nrcpt=1 size=")
        .doesNotContain("orig_")
        .contains(" status=rejected (554 5.6.0 ");
    assertThat(lines.written).hasSize(2);
  }

  @Test
  void rejected_everyRecipientIsNamed() throws IOException {
    try (RunningServer server = server();
        Client client = server.client()) {
      client.say("EHLO mx1");
      client.say("MAIL FROM:<s@b.de>");
      for (int i = 0; i < 12; i++) {
        client.say("RCPT TO:<user" + i + "@x.org>");
      }
      client.say("DATA");
      client.say("a\rb\r\n.");
    }
    assertThat(line(0))
        .contains(",<user9@x.org> more=2 nrcpt=12 size=")
        .contains(" status=rejected (554 5.6.0 ");
    String id = lines.written.getFirst().split(" ", -1)[1];
    assertThat(line(1))
        .isEqualTo(
            "recipients "
                + id
                + " client=unknown[127.0.0.1] from=<s@b.de> to=<user10@x.org>,<user11@x.org>"
                + " status=rejected (554 5.6.0 Bare <CR> refused: lines end in <CRLF>)");
    assertThat(lines.written).hasSize(2);
  }

  @Test
  void linesThatAreNoCommands_leaveALine() throws IOException {
    try (RunningServer server = server()) {
      try (Client client = server.client()) {
        client.say("EHLO mx1");
        client.say("MAIL FROM:<s\0x@b.de>");
        client.say("MAIL FROM:<s\u0007@b.de>");
        client.say("MAIL FROM:<s@b.de>");
        client.send("RCPT TO:<a@x.org>\nRCPT TO:<b@x.org>\r\n");
        client.reply();
        client.reply();
        client.say("RCPT TO:<" + "a".repeat(3000) + "@x.org>");
        client.say("BDAT 1 LAST\r\nx");
        client.say("AUTH " + "a".repeat(20_000));
        client.say("BDAT x");
      }
      assertThat(line(6)).startsWith("NOQUEUE: reject: BDAT ").contains(" (501 5.5.4 ");
    }
    assertThat(line(0)).contains("reject: MAIL ").contains(" from=<s\\u0000x@b.de> (500 5.5.2 ");
    assertThat(line(1)).contains("reject: MAIL ").contains(" from=<s\\u0007@b.de> (500 5.5.2 ");
    assertThat(line(2)).contains("reject: RCPT ").contains(" to=<a@x.org> (500 5.5.2 Bare");
    assertThat(line(3)).contains("reject: RCPT ").contains(" to=<b@x.org> (500 5.5.2 Bare");
    assertThat(line(4)).contains("reject: RCPT ").contains("aaa...> (500 5.5.2 Command line too");
    assertThat(line(5)).contains("reject: BDAT ").contains(" from=<s@b.de> (503 5.5.1 ");
    assertThat(lines.written).hasSize(7);
  }

  @Test
  void logins_nameTheClientAsAllOthersDo() {
    Peer peer =
        new Peer(new InetSocketAddress("192.0.2.1", 1), new InetSocketAddress("192.0.2.2", 25));
    peer.saidHello("mx1");
    LoginLines.proved(peer, "relay", "by its password");
    new RejectLog(() -> Instant.EPOCH).login(peer, 1, "wrong password");
    assertThat(lines.written)
        .containsExactly(
            "login client=unknown[192.0.2.1] helo=<mx1> login=relay status=accepted (by its password)",
            "login client=unknown[192.0.2.1] helo=<mx1> status=failed (wrong password, try 1)");
  }

  @Test
  void limits_nameTheClientAsAllOthersDo() throws IOException {
    Logger limits = (Logger) LoggerFactory.getLogger(LimitCounts.class);
    ListAppender<ILoggingEvent> reached = new ListAppender<>();
    reached.start();
    limits.setLevel(Level.INFO);
    limits.addAppender(reached);
    try (RunningServer server = server();
        Client client = server.client()) {
      client.say("EHLO mx1");
      client.say("MAIL FROM:<s@b.de> SIZE=999999999999");
    } finally {
      limits.detachAppender(reached);
      limits.setLevel(null);
    }
    assertThat(reached.list.getFirst().getKeyValuePairs().toString())
        .contains("client=\"unknown[127.0.0.1]\"");
  }

  @Test
  void refusals_areALineEach() throws IOException {
    try (RunningServer server = server()) {
      try (Client client = server.client()) {
        client.say("EHLO mx1");
        client.say("MAIL FROM:<s@b.de> FOO");
        client.say("MAIL FROM:<s@b.de>");
        client.say("RCPT TO:<nobody@x.org>");
        client.say("RCPT TO:<\u00c2\u0085\u00e2\u0080\u00a8> to=<x>");
        client.say("DATA");
        client.say("XCLIENT ADDR=127.0.0.2");
        client.say("VRFY x");
        client.say("FOO");
      }
      assertThat(line(5)).startsWith("lost connection client=unknown[127.0.0.1] helo=<mx1> ");
    }
    assertThat(line(0))
        .isEqualTo(
            "NOQUEUE: reject: MAIL client=unknown[127.0.0.1] helo=<mx1> proto=ESMTP from=<s@b.de>"
                + " (555 5.5.4 Parameter not recognized or not implemented)");
    assertThat(line(1))
        .startsWith(
            "NOQUEUE: reject: RCPT client=unknown[127.0.0.1] helo=<mx1> proto=ESMTP from=<s@b.de>"
                + " to=<nobody@x.org> (550 5.1.1 ");
    assertThat(line(2)).contains(" to=<\\u0085\\u2028\\u003e\\u0020to=\\u003cx> (501 5.1.3 ");
    assertThat(line(3)).startsWith("NOQUEUE: reject: DATA ").contains(" from=<s@b.de> (503 5.5.1 ");
    assertThat(line(4)).startsWith("NOQUEUE: reject: XCLIENT ").contains(" (503 5.5.1 ");
    assertThat(lines.written).hasSize(6);
  }

  @Test
  void refusals_endless_areBounded_andCounted() {
    AtomicLong now = new AtomicLong();
    RejectLog rejects = new RejectLog(() -> Instant.ofEpochMilli(now.get()));
    InetAddress client = InetAddress.ofLiteral("192.0.2.1");
    for (int i = 0; i < RejectLog.BURST + 500; i++) {
      rejects.connection(client, "no");
    }
    assertThat(lines.written).hasSize(RejectLog.BURST);
    now.addAndGet(1000);
    for (int i = 0; i < 100; i++) {
      rejects.connection(client, "no");
    }
    assertThat(lines.written).hasSize(RejectLog.BURST + RejectLog.PER_SECOND);
    assertThat(lines.written.get(RejectLog.BURST))
        .isEqualTo("NOQUEUE: reject: CONNECT left_out=500 client=unknown[192.0.2.1] (no)");
    assertThat(lines.written.getLast())
        .isEqualTo("NOQUEUE: reject: CONNECT client=unknown[192.0.2.1] (no)");
  }

  @Test
  void disabled_nothingIsWritten() throws IOException {
    logger.setLevel(Level.WARN);
    try (RunningServer server = server();
        Client client = server.client()) {
      client.say("EHLO mx1");
      client.say("MAIL FROM:<s@b.de> FOO");
    }
    assertThat(lines.written).isEmpty();
  }
}
