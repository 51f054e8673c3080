package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, how long one may be silent, and STARTTLS. */
class DoorIT {

  @TempDir Path spool;
  @TempDir Path keys;
  private final FakeInbound inbound = new FakeInbound();

  @Test
  void client_notAllowed_isToldAtConnect() throws IOException {
    try (RunningServer server = server(List.of("10.0.0.0/8"), Duration.ofMinutes(1), null);
        Client client = new Client(server.address)) {
      assertThat(client.reply()).startsWith("554 5.7.1");
      assertThat(client.reply()).isEqualTo("closed");
    }
  }

  @Test
  void client_silent_is421() throws IOException {
    try (RunningServer server = server(List.of("127.0.0.1"), Duration.ofMillis(200), null);
        Client client = server.client()) {
      assertThat(client.reply()).startsWith("421 4.4.2");
      assertThat(client.reply()).isEqualTo("closed");
    }
  }

  @Test
  void client_silentInData_is421() throws IOException {
    try (RunningServer server = server(List.of("127.0.0.1"), Duration.ofMillis(200), null);
        Client client = server.client()) {
      client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.org>\r\nDATA\r\nhalf a mess");
      for (String code : "250 250 250 354 421".split(" ", -1)) {
        assertThat(client.reply()).startsWith(code);
      }
      assertThat(inbound.taken).isEmpty();
      client.socket().close();
      await().until(() -> server.server.connections() == 0);
    }
  }

  @Test
  void garbage_isAnswered_andTheServerLives() throws IOException {
    try (RunningServer server = server(List.of("127.0.0.1"), Duration.ofMinutes(1), null)) {
      try (Client client = server.client()) {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(client.reply()).startsWith("500 5.5.1");
      }
      try (Client client = server.client()) {
        client.send("\u0016\u0003\u0001\u0002\0\u0001\n\u00ff\u00fe\r\n");
        assertThat(client.reply()).startsWith("500 5.5.2");
      }
      try (Client client = server.client()) {
        assertThat(client.say("NOOP")).startsWith("250");
      }
    }
  }

  @Test
  void portInUse_isSaid() throws IOException {
    try (RunningServer server = server(List.of("127.0.0.1"), Duration.ofMinutes(1), null)) {
      ListenerSettings taken =
          settings(server.address.getPort(), List.of(), Duration.ofMinutes(1), null);
      assertThatThrownBy(() -> new RunningServer(taken, inbound))
          .isInstanceOf(IOException.class)
          .hasMessageEndingWith(
              "cannot listen on 127.0.0.1:"
                  + server.address.getPort()
                  + ": Address already in use");
    }
  }

  @Test
  void startTls_whatWasSentBefore_isForgotten() throws Exception {
    Path pem = new SelfSigned(keys).pem();
    try (RunningServer server = server(List.of("127.0.0.1"), Duration.ofMinutes(1), pem);
        Client client = server.client()) {
      client.send("EHLO c\r\n");
      String line = client.line();
      StringBuilder offered = new StringBuilder(line);
      while (line.startsWith("250-")) {
        line = client.line();
        offered.append(line);
      }
      assertThat(offered).contains("STARTTLS");
      assertThat(client.say("STARTTLS x")).startsWith("501");
      client.send("STARTTLS\r\nMAIL FROM:<injected@b.de>\r\n");
      assertThat(client.reply()).startsWith("220 2.0.0");
      try (SSLSocket secure = upgrade(client);
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(secure.getInputStream(), StandardCharsets.US_ASCII))) {
        assertThat(say(secure, in, "MAIL FROM:<a@b.de>")).startsWith("503 5.5.1");
        assertThat(say(secure, in, "EHLO d")).startsWith("250").doesNotContain("STARTTLS");
        assertThat(say(secure, in, "STARTTLS")).startsWith("503");
        assertThat(say(secure, in, "MAIL FROM:<a@b.de>")).startsWith("250");
        assertThat(say(secure, in, "RCPT TO:<a@x.org>")).startsWith("250");
        assertThat(say(secure, in, "DATA")).startsWith("354");
        assertThat(say(secure, in, "x\r\n.")).startsWith("250");
        assertThat(inbound.taken.getFirst().content())
            .startsWith("Received: from d ([127.0.0.1])\r\n\t(using TLSv1.")
            .containsPattern("\\t\\(using TLSv1\\.[23] with cipher TLS_\\w+\\)\\r")
            .contains("\r\n\tby gw.example.org with ESMTPS id ");
        assertThat(say(secure, in, "QUIT")).startsWith("221");
      }
    }
  }

  private static String say(SSLSocket secure, BufferedReader in, String command)
      throws IOException {
    secure.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    secure.getOutputStream().flush();
    StringBuilder reply = new StringBuilder();
    String line = in.readLine();
    while (line != null && line.charAt(3) == '-') {
      reply.append(line);
      line = in.readLine();
    }
    return reply.append(line).toString();
  }

  private static SSLSocket upgrade(Client client) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustEverybody()}, new SecureRandom());
    SSLSocket secure =
        (SSLSocket) context.getSocketFactory().createSocket(client.socket(), "localhost", 0, true);
    secure.startHandshake();
    return secure;
  }

  private RunningServer server(List<String> allow, Duration timeout, @Nullable Path pem)
      throws IOException {
    return new RunningServer(settings(0, allow, timeout, pem), inbound);
  }

  private ListenerSettings settings(
      int port, List<String> allow, Duration timeout, @Nullable Path pem) {
    return new ListenerSettings(
        Dialect.SMTP,
        "127.0.0.1",
        port,
        "gw.example.org",
        allow,
        1000,
        3,
        50,
        10,
        timeout,
        pem,
        pem,
        64 * 1024,
        10_000_000,
        spool,
        Introducers.NOBODY,
        Security.USUAL,
        Rates.USUAL);
  }

  private static final class TrustEverybody implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
