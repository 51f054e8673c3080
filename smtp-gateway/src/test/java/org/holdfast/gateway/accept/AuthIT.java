package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.sasl.Verifier;
import org.holdfast.gateway.tls.WatchedFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** AUTH (RFC 4954) at the door, read as transcripts. */
class AuthIT {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String SECRET = "pencil";

  /** The one of RFC 7677, with few iterations. */
  private static final Verifier VERIFIER =
      Verifier.parse(
          "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");

  private static final String PLAIN = base64("\0mx1\0" + SECRET);

  @TempDir Path spool;
  @TempDir Path folder;
  private final FakeInbound inbound = new FakeInbound();
  private final AtomicReference<Accounts> accounts =
      new AtomicReference<>(new Accounts(Map.of("mx1", VERIFIER), RANDOM));

  @SuppressWarnings("NullAway.Init") // each test starts it
  private RunningServer server;

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void outsider_mustLogIn_thenSends(Dialect dialect) throws Exception {
    start(outsiders().with(dialect));
    try (Client client = secure()) {
      String hello = dialect == Dialect.SMTP ? "EHLO c" : "LHLO c";
      assertThat(client.whole(hello)).contains("AUTH SCRAM-SHA-256 PLAIN");
      assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("530 5.7.0");
      assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("503");
      assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("235 2.7.0");
      assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("503 5.5.1");
      send(client);
      assertThat(inbound.taken.getFirst().content())
          .contains(dialect == Dialect.SMTP ? " with ESMTPSA id " : " with LMTPSA id ");
      assertThat(client.say("RSET")).startsWith("250");
      send(client);
    }
  }

  @Test
  void plain_outsideTls_isNeitherOfferedNorTaken() throws Exception {
    start(outsiders());
    try (Client client = server.client()) {
      assertThat(client.whole("EHLO c")).contains("AUTH SCRAM-SHA-256").doesNotContain("PLAIN");
      assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("538 5.7.11");
      assertThat(client.say("AUTH PLAIN")).startsWith("538 5.7.11");
      assertThat(client.say("NOOP")).isEqualTo("250 2.0.0 OK");
      assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("530 5.7.0");
    }
  }

  @Test
  void login_beforeStartTls_isForgotten() throws Exception {
    start(outsiders());
    try (Client client = server.client()) {
      client.say("EHLO c");
      assertThat(scram(client, SECRET)).startsWith("235 2.7.0");
      assertThat(client.say("STARTTLS")).startsWith("220");
      try (Client secure = TlsClient.upgraded(client)) {
        secure.say("EHLO c");
        assertThat(secure.say("MAIL FROM:<a@b.de>")).startsWith("530 5.7.0");
        assertThat(secure.say("AUTH PLAIN " + PLAIN)).startsWith("235");
        assertThat(secure.say("MAIL FROM:<a@b.de>")).startsWith("250");
      }
    }
  }

  @Test
  void scram_rightPassword_isMutual_wrongOneFails() throws Exception {
    start(outsiders());
    try (Client client = secure()) {
      client.say("EHLO c");
      assertThat(scram(client, SECRET + "!")).startsWith("535 5.7.8");
      assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("530 5.7.0");
      assertThat(scram(client, SECRET)).startsWith("235 2.7.0");
      send(client);
    }
  }

  @Test
  void allowedClient_needsNoLogin_unlessItIsRequired() throws Exception {
    start(SecureServer.usual().with(watched(), false));
    try (Client client = server.client()) {
      client.say("EHLO c");
      assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("250");
      assertThat(client.say("AUTH SCRAM-SHA-256")).startsWith("503 5.5.1");
    }
    server.close();
    start(SecureServer.usual().with(watched(), true));
    try (Client client = server.client()) {
      client.say("EHLO c");
      assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("530 5.7.0");
    }
  }

  @Test
  void dance_withChallenge_cancelAndNonsense() throws Exception {
    start(outsiders());
    try (Client client = secure()) {
      assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("503 5.5.1");
      client.say("EHLO c");
      assertThat(client.say("AUTH")).startsWith("501 5.5.4");
      assertThat(client.say("AUTH LOGIN")).startsWith("504 5.5.4");
      assertThat(client.say("AUTH PLAIN a b")).startsWith("501 5.5.4");
      assertThat(client.say("AUTH PLAIN ?")).startsWith("501 5.5.2");
      assertThat(client.say("AUTH PLAIN")).isEqualTo("334 ");
      assertThat(client.say("*")).startsWith("501 5.7.0");
      assertThat(client.say("AUTH PLAIN")).isEqualTo("334 ");
      assertThat(client.say("NOOP NOOP")).startsWith("501 5.5.2");
      assertThat(client.say("NOOP")).isEqualTo("250 2.0.0 OK");
      assertThat(client.say("AUTH PLAIN")).isEqualTo("334 ");
      assertThat(client.send("x\n").reply()).startsWith("500 5.5.2");
      assertThat(client.say("what follows a bare LF")).startsWith("500 5.5.2");
      assertThat(client.say("NOOP")).isEqualTo("250 2.0.0 OK");
      assertThat(client.say("auth plain")).isEqualTo("334 ");
      assertThat(client.say(PLAIN)).startsWith("235");
    }
  }

  @Test
  void pipelinedBehindAuth_isObeyedInOrderAfterTheAnswer() throws Exception {
    start(outsiders());
    try (Client client = secure()) {
      client.send(
          "EHLO c\r\nAUTH PLAIN " + PLAIN + "\r\nMAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\n");
      for (String code : "250 235 250 250".split(" ", -1)) {
        assertThat(client.reply()).startsWith(code);
      }
    }
  }

  /** RFC 4954 section 4: 12288 octets with CRLF, for these lines only. */
  @Test
  void lines_aroundTheLimit() throws Exception {
    start(outsiders());
    try (Client client = secure()) {
      client.say("EHLO c");
      String longest = "?" + "A".repeat(12_285);
      assertThat(client.say("AUTH PLAIN")).isEqualTo("334 ");
      assertThat(client.say(longest)).startsWith("501 5.5.2");
      assertThat(client.say("AUTH PLAIN")).isEqualTo("334 ");
      assertThat(client.say(longest + "A")).startsWith("500 5.5.6");
      assertThat(client.say("NOOP")).isEqualTo("250 2.0.0 OK");
      String initial = "AUTH PLAIN ?" + "A".repeat(12_286 - 12);
      assertThat(client.say(initial)).startsWith("501 5.5.2");
      assertThat(client.say(initial + "A")).startsWith("500 5.5.6");
      assertThat(client.say("NOOP " + "A".repeat(600))).startsWith("500 5.5.2");
      assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("235");
    }
  }

  @ParameterizedTest
  @CsvSource({"mx1, wrong", "nobody, pencil", "nobody, wrong", "'', ''"})
  void failure_tellsTheSame_whateverWasWrong(String name, String password) throws Exception {
    start(outsiders());
    try (Client client = secure()) {
      client.say("EHLO c");
      assertThat(client.say("AUTH PLAIN " + base64("\0" + name + "\0" + password)))
          .isEqualTo("535 5.7.8 Authentication credentials invalid");
    }
  }

  @Test
  void outsider_withoutALoginInTime_isSentAway_anotherOneStays() throws Exception {
    server = new RunningServer(outsiders().settings(spool, Duration.ofSeconds(3)), inbound);
    try (Client client = secure();
        Client idle = server.client()) {
      client.say("EHLO c");
      assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("235");
      assertThat(idle.reply()).startsWith("421 4.7.0 No authentication in time");
      assertThat(idle.reply()).isEqualTo("closed");
      send(client);
    }
  }

  /** RFC 4954 section 5; Postfix says AUTH=<> to whoever offers AUTH. */
  @Test
  void authParameterOfMail_isTakenWhereAuthIsOffered_andNotPassedOn() throws Exception {
    start(SecureServer.usual().with(watched(), false));
    try (Client client = server.client()) {
      client.say("EHLO c");
      assertThat(client.say("MAIL FROM:<a@b.de> AUTH=+xy")).startsWith("501 5.5.4");
      assertThat(client.say("MAIL FROM:<a@b.de> AUTH=<>")).startsWith("250");
      assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
      assertThat(client.say("DATA")).startsWith("354");
      assertThat(client.say("x\r\n.")).startsWith("250");
    }
    assertThat(inbound.taken.getFirst().envelope().parameters()).isEmpty();
    server.close();
    start(SecureServer.usual());
    try (Client client = server.client()) {
      client.say("EHLO c");
      assertThat(client.say("MAIL FROM:<a@b.de> AUTH=<>")).startsWith("555 5.5.4");
    }
  }

  @Test
  void failures_atTheLimit_endTheSession_andAreCounted() throws Exception {
    start(outsiders());
    MetricRegistry counted = new MetricRegistry();
    server.server.register(counted, "holdfast.smtp");
    String wrong = "AUTH PLAIN " + base64("\0mx1\0wrong");
    try (Client client = secure()) {
      client.say("EHLO c");
      for (int i = 1; i < Limits.FAILED_LOGINS; i++) {
        assertThat(client.say(wrong)).startsWith("535 5.7.8");
      }
      assertThat(client.say(wrong)).startsWith("421 4.7.0");
      assertThat(client.reply()).isEqualTo("closed");
    }
    assertThat(counted.counter("holdfast.smtp.logins.failed").getCount())
        .isEqualTo(Limits.FAILED_LOGINS);
    assertThat(counted.getGauges().keySet()).contains("holdfast.smtp.tls.certificate.days");
  }

  @Test
  void failures_ofOneClient_areNotLookedAtForEver() throws Exception {
    start(outsiders());
    String wrong = "AUTH PLAIN " + base64("\0mx1\0wrong");
    int each = Limits.FAILED_LOGINS - 1;
    for (int failed = 0; failed < Limits.FAILED_LOGINS_A_MINUTE; failed += each) {
      try (Client client = secure()) {
        client.say("EHLO c");
        for (int i = 0; i < each; i++) {
          assertThat(client.say(wrong)).startsWith("535 5.7.8");
        }
      }
    }
    try (Client client = secure()) {
      client.say("EHLO c");
      assertThat(client.say("AUTH PLAIN " + PLAIN))
          .startsWith("421 4.7.0 Too many failed logins in a minute");
      assertThat(client.reply()).isEqualTo("closed");
    }
  }

  @Test
  void accounts_changed_areAskedFromTheNextLookOn() throws Exception {
    start(outsiders());
    accounts.set(new Accounts(Map.of("mx2", VERIFIER), RANDOM));
    try (Client client = secure()) {
      client.say("EHLO c");
      assertThat(client.say("AUTH PLAIN " + base64("\0mx2\0" + SECRET))).startsWith("535");
      Files.writeString(folder.resolve("users.yaml"), "changed");
      server.server.look();
      assertThat(client.say("AUTH PLAIN " + base64("\0mx2\0" + SECRET))).startsWith("235");
    }
  }

  @Test
  void client_goneDuringTheCheck_leavesNothing() throws Exception {
    start(outsiders());
    try (Client client = secure()) {
      client.send("EHLO c\r\nAUTH PLAIN " + PLAIN + "\r\n");
    }
    await().until(() -> server.server.connections() == 0);
  }

  @Test
  void log_ofEverything_holdsNoPassword() throws Exception {
    Logger all = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level level = all.getLevel();
    List<Appender<ILoggingEvent>> usual = new ArrayList<>();
    all.iteratorForAppenders().forEachRemaining(usual::add);
    usual.forEach(all::detachAppender);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    all.setLevel(Level.TRACE);
    all.addAppender(logged);
    try {
      start(outsiders());
      String wrong = base64("\0mx1\0open says me");
      try (Client client = secure()) {
        client.say("EHLO c");
        client.say("AUTH PLAIN " + wrong);
        client.say("AUTH PLAIN");
        client.say(PLAIN.substring(1));
        client.say("AUTH PLAIN " + PLAIN);
        client.say("QUIT");
      }
      try (Client client = new Client(server.tls())) {
        client.say("AUTH PLAIN " + PLAIN); // in clear, where TLS is due
      }
      server.server.stop(Duration.ofSeconds(5));
      String text =
          List.copyOf(logged.list).stream()
              .map(line -> line.getFormattedMessage() + " " + line.getKeyValuePairs())
              .collect(Collectors.joining("\n"));
      assertThat(text)
          .contains("login=\"mx1\"", "reply=\"wrong name or password, try 1\"")
          .contains("what it sends is no TLS")
          .doesNotContain(HexFormat.of().formatHex(PLAIN.getBytes(StandardCharsets.US_ASCII)))
          .doesNotContain(SECRET, "open says me", PLAIN, PLAIN.substring(4), wrong);
    } finally {
      all.detachAppender(logged);
      all.setLevel(level);
      usual.forEach(all::addAppender);
    }
  }

  private SecureServer outsiders() throws IOException {
    return SecureServer.usual().allowing("10.0.0.0/8").with(watched(), false);
  }

  private WatchedFiles<Accounts> watched() throws IOException {
    Path file = Files.writeString(folder.resolve("users.yaml"), "");
    return new WatchedFiles<>(
        "smtp.auth: users", List.of(file), () -> Objects.requireNonNull(accounts.get()));
  }

  private void start(SecureServer settings) throws IOException {
    server = new RunningServer(settings.settings(spool), inbound);
  }

  private Client secure() throws Exception {
    Client client = TlsClient.connected(server.tls());
    assertThat(client.reply()).startsWith("220 ");
    return client;
  }

  /** A client of SCRAM that checks the server's signature; gives the last reply. */
  private static String scram(Client client, String password) throws Exception {
    ScramClient scram = new ScramClient("mx1", password);
    String first = client.say("AUTH SCRAM-SHA-256 " + base64(scram.first()));
    assertThat(first).startsWith("334 ");
    String second = client.say(base64(scram.proof(text(first))));
    if (!second.startsWith("334 ")) {
      return second;
    }
    assertThat(text(second)).isEqualTo(scram.signature());
    return client.say("");
  }

  private static void send(Client client) throws IOException {
    assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("250");
    assertThat(client.say("AUTH PLAIN " + PLAIN)).startsWith("503 5.5.1");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.say("x\r\n.")).startsWith("250");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(String reply) {
    return new String(Base64.getDecoder().decode(reply.substring(4)), StandardCharsets.UTF_8);
  }
}
