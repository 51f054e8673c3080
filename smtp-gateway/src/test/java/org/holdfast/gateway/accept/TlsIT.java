package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.holdfast.gateway.tls.Pems;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS at the door: both ways in, what is said before and after, certificates that change. */
class TlsIT {

  private static final String INJECTED =
      "EHLO e\r\nMAIL FROM:<e@b.de>\r\nRCPT TO:<v@x.org>\r\nDATA\r\nx\r\n.\r\n";

  @TempDir Path spool;
  @TempDir Path keys;
  private final FakeInbound inbound = new FakeInbound();

  @SuppressWarnings("NullAway.Init") // each test starts it
  private RunningServer server;

  @AfterEach
  void stop() {
    server.close();
  }

  // --- TLS from the first octet on

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void implicit_bannerAndMessage_insideTls(Dialect dialect) throws Exception {
    start(SecureServer.usual().with(dialect));
    String hello = dialect == Dialect.SMTP ? "EHLO c" : "LHLO c";
    try (Client client = secure()) {
      assertThat(client.whole(hello)).contains("REQUIRETLS").doesNotContain("STARTTLS", "AUTH");
      assertThat(client.say("STARTTLS")).startsWith("503 5.5.1");
      send(client);
      assertThat(client.say("QUIT")).startsWith("221");
      assertThat(client.reply()).isEqualTo("closed");
    }
    assertThat(inbound.taken.getFirst().content())
        .contains(dialect == Dialect.SMTP ? " with ESMTPS id " : " with LMTPS id ");
  }

  @Test
  void implicit_plainText_isClosedWithoutAnAnswerToIt() throws Exception {
    start(SecureServer.usual());
    try (Client client = new Client(server.tls())) {
      client.send("EHLO c\r\nMAIL FROM:<a@b.de>\r\n");
      assertThat(client.line()).doesNotContain("250", "220");
    }
    await().until(() -> server.server.connections() == 0);
  }

  @Test
  void implicit_handshakeThatDoesNotEnd_isCountedAndCutAtTheStop() throws Exception {
    start(SecureServer.usual());
    try (Client silent = new Client(server.tls());
        Client half = new Client(server.tls())) {
      half.send("\u0016\u0003\u0001\u0002");
      await().until(() -> server.server.connections() == 2);
      server.server.stop(java.time.Duration.ofSeconds(5));
      assertThat(silent.reply()).isEqualTo("closed");
      assertThat(half.reply()).isEqualTo("closed");
    }
  }

  @Test
  void connections_ofBothAddresses_areCountedTogether() throws Exception {
    start(SecureServer.usual());
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(server.client());
      clients.add(secure());
    }
    try (Client plain = new Client(server.address);
        Client tooMany = new Client(server.tls())) {
      assertThat(plain.reply()).startsWith("421 4.7.0");
      assertThat(tooMany.reply()).isEqualTo("closed");
    }
    for (Client client : clients) {
      client.close();
    }
  }

  @Test
  void implicit_clientNotAllowed_isClosedBeforeAnyHandshake() throws Exception {
    start(SecureServer.usual().allowing("10.0.0.0/8"));
    try (Client client = new Client(server.tls())) {
      assertThat(client.reply()).isEqualTo("closed");
    }
  }

  // --- versions

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void versions_both_areSpoken(String version) throws Exception {
    start(SecureServer.usual());
    try (Client client = TlsClient.connected(server.tls(), version)) {
      assertThat(client.reply()).startsWith("220 ");
      assertThat(((SSLSocket) client.socket()).getSession().getProtocol()).isEqualTo(version);
      assertThat(((SSLSocket) client.socket()).getSession().getCipherSuite())
          .isIn("TLS_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    }
  }

  @Test
  void versions_belowTheLowest_areRefused() throws Exception {
    start(SecureServer.usual().with(MinVersion.TLS_1_3));
    assertThatThrownBy(() -> TlsClient.connected(server.tls(), "TLSv1.2"))
        .isInstanceOf(SSLHandshakeException.class);
  }

  // --- STARTTLS

  /** CVE-2011-0411: whatever came in clear behind STARTTLS must never be obeyed inside TLS. */
  @Test
  void startTls_commandsBehindIt_areForgottenAtEverySplit() throws Exception {
    start(SecureServer.usual());
    String all = "STARTTLS\r\n" + INJECTED;
    for (int split = 0; split <= all.length(); split++) {
      try (Client client = server.client()) {
        assertThat(client.say("EHLO c")).startsWith("250");
        client.socket().setTcpNoDelay(true);
        client.send(all.substring(0, split));
        client.send(all.substring(split));
        assertThat(client.reply()).startsWith("220 2.0.0");
        goesOnCleanOrNotAtAll(client);
      }
    }
    assertThat(inbound.taken).isEmpty();
  }

  /**
   * What came with STARTTLS is thrown away, and the handshake succeeds; what came after it stands
   * where a ClientHello is due, and it fails, or waits where three octets before a ClientHello look
   * like the head of a long record. Never is anything of it a command.
   */
  private static void goesOnCleanOrNotAtAll(Client client) throws Exception {
    Client secure;
    try {
      secure = TlsClient.upgraded(client, "TLSv1.3");
    } catch (SSLException | java.net.SocketException | java.net.SocketTimeoutException e) {
      return;
    }
    try (secure) {
      assertThat(secure.say("MAIL FROM:<a@b.de>")).startsWith("503 5.5.1 Say hello first");
      assertThat(secure.say("DATA")).startsWith("503 5.5.1");
      assertThat(secure.whole("EHLO d")).doesNotContain("STARTTLS");
      assertThat(secure.say("RCPT TO:<a@x.org>")).startsWith("503 5.5.1");
    }
  }

  @Test
  void startTls_inATransaction_dropsIt() throws Exception {
    start(SecureServer.usual());
    try (Client client = server.client()) {
      client.say("EHLO c");
      client.say("MAIL FROM:<a@b.de>");
      client.say("RCPT TO:<a@x.org>");
      assertThat(client.say("STARTTLS")).startsWith("220");
      try (Client secure = TlsClient.upgraded(client)) {
        assertThat(secure.say("DATA")).startsWith("503 5.5.1 Need MAIL first");
        assertThat(secure.say("EHLO c")).startsWith("250");
        assertThat(secure.say("DATA")).startsWith("503 5.5.1");
        send(secure);
      }
    }
    assertThat(inbound.taken).hasSize(1);
  }

  @Test
  void startTls_behindAnAnswerThatWaits_forgetsWhatCameMeanwhile() throws Exception {
    start(SecureServer.usual());
    try (Client client = server.client()) {
      client.send(
          "EHLO c\r\nMAIL FROM:<a@b.de>\r\nRCPT TO:<later@x.org>\r\nSTARTTLS\r\n" + INJECTED);
      for (String code : "250 250 250 220".split(" ", -1)) {
        assertThat(client.reply()).startsWith(code);
      }
      try (Client secure = TlsClient.upgraded(client)) {
        assertThat(secure.say("DATA")).startsWith("503");
        assertThat(secure.say("NOOP")).isEqualTo("250 2.0.0 OK");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "QUIT\r\n",
        "\u0016\u0003\u0001\u00ff\u00ff",
        "\u0016\u0003\u0001\0\u0004\u0001\0\0\0",
        "\u0080.\u0001\0\u0002",
        "\0\0\0\0\0\0\0\0",
        "\u0017\u0003\u0003\0\u0010aaaaaaaaaaaaaaaa"
      })
  void startTls_garbageInsteadOfAHello_endsThisConnectionOnly(String garbage) throws Exception {
    start(SecureServer.usual());
    try (Client client = server.client();
        Client other = server.client()) {
      assertThat(client.say("EHLO c")).startsWith("250");
      assertThat(client.say("STARTTLS")).startsWith("220");
      client.send(garbage);
      client.socket().shutdownOutput();
      assertThat(client.line()).doesNotContain("221", "250", "500");
      assertThat(other.say("NOOP")).isEqualTo("250 2.0.0 OK");
    }
    await().until(() -> server.server.connections() == 0);
  }

  @Test
  void closeNotify_missing_isTheEndAndNothingHalfIsTaken() throws Exception {
    start(SecureServer.usual());
    try (Client client = server.client()) {
      client.say("EHLO c");
      assertThat(client.say("STARTTLS")).startsWith("220");
      Client secure = TlsClient.upgraded(client);
      secure.say("EHLO c");
      secure.say("MAIL FROM:<a@b.de>");
      secure.say("RCPT TO:<a@x.org>");
      assertThat(secure.say("DATA")).startsWith("354");
      secure.send("half a message\r\n");
      client.socket().close(); // no close_notify, no end of data
    }
    await().until(() -> server.server.connections() == 0);
    assertThat(inbound.taken).isEmpty();
  }

  /** TLS 1.2 only: 1.3 has none. */
  @Test
  void renegotiation_isRefused() throws Exception {
    start(SecureServer.usual());
    try (Client client = TlsClient.connected(server.tls(), "TLSv1.2")) {
      assertThat(client.reply()).startsWith("220 ");
      SSLSocket socket = (SSLSocket) client.socket();
      assertThatThrownBy(
              () -> {
                socket.getSession().invalidate();
                socket.startHandshake();
                if (client.say("NOOP").equals("closed")) {
                  throw new IOException("closed");
                }
              })
          .isInstanceOf(IOException.class);
    }
    await().until(() -> server.server.connections() == 0);
  }

  // --- certificates that change

  @Test
  void certificate_replaced_newConnectionsGetIt_openOnesGoOn() throws Exception {
    Path certificate = Files.copy(Pems.of("ec.crt"), keys.resolve("tls.crt"));
    Path key = Files.copy(Pems.of("ec.key"), keys.resolve("tls.key"));
    start(SecureServer.usual().with(certificate, key));
    try (Client before = secure()) {
      before.say("EHLO c");
      Pems.replace(certificate, "rsa.crt");
      server.server.look();
      try (Client between = secure()) {
        assertThat(TlsClient.shown(between).getPublicKey().getAlgorithm()).isEqualTo("EC");
      }
      Pems.replace(key, "rsa.key");
      server.server.look();
      try (Client after = secure()) {
        assertThat(TlsClient.shown(after).getPublicKey().getAlgorithm()).isEqualTo("RSA");
      }
      send(before);
    }
    assertThat(inbound.taken).hasSize(1);
  }

  // --- client certificates

  @Test
  void clientCertificate_ofOurAuthority_letsAnOutsiderIn() throws Exception {
    start(SecureServer.usual().allowing("10.0.0.0/8").withClientCa(Pems.of("ca.crt")));
    try (Client client =
        TlsClient.connected(server.tls(), Pems.of("client.crt"), Pems.of("client.key"))) {
      assertThat(client.reply()).startsWith("220 ");
      client.say("EHLO c");
      send(client);
    }
    assertThat(inbound.taken.getFirst().content()).contains(" with ESMTPS id ");
  }

  @Test
  void clientCertificate_ofNobodyWeKnow_orNone_isNobody() throws Exception {
    start(SecureServer.usual().allowing("10.0.0.0/8").withClientCa(Pems.of("ca.crt")));
    try (Client other = TlsClient.connected(server.tls(), Pems.of("rsa.crt"), Pems.of("rsa.key"));
        Client none = TlsClient.connected(server.tls());
        Client plain = server.client()) {
      for (Client client : List.of(other, none)) {
        assertThat(client.reply()).startsWith("220 ");
      }
      for (Client client : List.of(other, none, plain)) {
        client.say("EHLO c");
        assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("530 5.7.0");
      }
    }
  }

  // --- REQUIRETLS

  @Test
  void requireTls_insideTls_isKeptWithTheEnvelope() throws Exception {
    start(SecureServer.usual());
    try (Client client = secure()) {
      client.say("EHLO c");
      assertThat(client.say("MAIL FROM:<a@b.de> REQUIRETLS=x")).startsWith("501 5.5.4");
      assertThat(client.say("MAIL FROM:<a@b.de> REQUIRETLS")).startsWith("250");
      assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
      assertThat(client.say("DATA")).startsWith("354");
      assertThat(client.say("x\r\n.")).startsWith("250");
    }
    assertThat(inbound.taken.getFirst().envelope().parameters()).containsEntry("REQUIRETLS", "");
  }

  @Test
  void requireTls_outsideTls_orNotOffered_isRefused() throws Exception {
    start(SecureServer.usual().withoutRequireTls());
    try (Client plain = server.client();
        Client client = secure()) {
      assertThat(plain.whole("EHLO c")).doesNotContain("REQUIRETLS");
      assertThat(plain.say("MAIL FROM:<a@b.de> REQUIRETLS")).startsWith("530 5.7.10");
      assertThat(client.whole("EHLO c")).doesNotContain("REQUIRETLS");
      assertThat(client.say("MAIL FROM:<a@b.de> REQUIRETLS")).startsWith("550 5.7.30");
      assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("250");
    }
  }

  private void start(SecureServer settings) throws IOException {
    server = new RunningServer(settings.settings(spool), inbound);
  }

  private Client secure() throws Exception {
    Client client = TlsClient.connected(server.tls());
    assertThat(client.reply()).startsWith("220 gw.example.org ");
    return client;
  }

  private static void send(Client client) throws IOException {
    assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.say("x\r\n.")).startsWith("250");
  }
}
