package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.accept.Dialect;
import org.holdfast.gateway.accept.Introducers;
import org.holdfast.gateway.accept.ListenerSettings;
import org.holdfast.gateway.accept.MailServer;
import org.holdfast.gateway.accept.QueueId;
import org.holdfast.gateway.accept.Rates;
import org.holdfast.gateway.accept.Security;
import org.holdfast.gateway.accept.SpoolRoom;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.sasl.Verifier;
import org.holdfast.gateway.tls.Pems;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.holdfast.gateway.tls.WatchedFiles;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An upstream outside of {@code allow}: a real Postfix that comes by TLS and logs in. */
@Execution(ExecutionMode.CONCURRENT)
class PostfixLogsInIT {

  private static final String ALICE = "alice@example.com";

  @TempDir Path folder;
  private final List<String> taken = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void peers() {
    Peers.postfixNeeded();
  }

  @ParameterizedTest
  @CsvSource({"plain, no", "plain, yes", "scram-sha-256, no", "scram-sha-256, yes"})
  void postfix_withItsPassword_isLetIn(String mechanism, String tlsAtOnce) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ListenerSettings settings = settings();
    MailServer server =
        new MailServer(
            settings,
            new TakesAll(),
            group,
            InstantSource.system(),
            new QueueId(InstantSource.system()),
            SpoolRoom.in(settings.spool(), new SpoolRoom.Bounds(1 << 30, 100, 0)),
            new MetricRegistry());
    InetSocketAddress starttls = server.start();
    InetSocketAddress at =
        tlsAtOnce.equals("yes") ? Objects.requireNonNull(server.tlsAddress()) : starttls;
    String hop = "[127.0.0.1]:" + at.getPort();
    try (PostfixMx mx =
        new PostfixMx("example.com", "smtp:" + hop, login(hop, mechanism, tlsAtOnce))) {
      Mail.send(mx, ALICE, 1, 2);
      await().atMost(Duration.ofSeconds(30)).until(() -> mx.taken(ALICE) == 2);
      assertThat(mx.bounces()).isEmpty();
    } finally {
      server.stop(Duration.ofSeconds(2));
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
    assertThat(taken).hasSize(2).allMatch(mail -> mail.contains(" with ESMTPSA id "));
  }

  private static String login(String hop, String mechanism, String tlsAtOnce) {
    return """
    smtp_tls_security_level = encrypt
    smtp_tls_wrappermode = %3$s
    smtp_sasl_auth_enable = yes
    smtp_sasl_password_maps = inline:{ %1$s=mx1:pencil }
    smtp_sasl_security_options = noanonymous
    smtp_sasl_mechanism_filter = %2$s
    """
        .formatted(hop, mechanism, tlsAtOnce);
  }

  private ListenerSettings settings() throws IOException {
    Path users = Files.createFile(folder.resolve("users"));
    Verifier verifier = Verifier.of("pencil".toCharArray(), new SecureRandom());
    Accounts accounts = new Accounts(Map.of("mx1", verifier), new SecureRandom());
    return new ListenerSettings(
        Dialect.SMTP,
        "127.0.0.1",
        0,
        "gw.example.org",
        List.of("10.0.0.0/8"),
        1_000_000,
        10,
        50,
        50,
        Duration.ofMinutes(1),
        Pems.of("ec.crt"),
        Pems.of("ec.key"),
        64 * 1024,
        1_000_000,
        Files.createDirectory(folder.resolve("spool")),
        Introducers.NOBODY,
        new Security(
            Optional.of(new Security.TlsListen("127.0.0.1", 0)),
            MinVersion.TLS_1_2,
            Optional.empty(),
            true,
            Optional.of(new WatchedFiles<>("users", List.of(users), () -> accounts)),
            false,
            Security.FAILURE_DELAY,
            Security.LOGIN_TIME),
        Rates.USUAL);
  }

  /** Knows everybody, and says of every message that it is safe. */
  private final class TakesAll implements Inbound {

    @Override
    public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
      return CompletableFuture.completedFuture(
          new Answer.Accepted(
              new Recipient(address, address, address, parameters), Replies.RECIPIENT_OK));
    }

    @Override
    public CompletionStage<Verdict> message(
        Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
      try (var in = content.open()) {
        taken.add(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        return CompletableFuture.failedFuture(e);
      }
      return CompletableFuture.completedFuture(
          new Verdict(List.of(Replies.accepted(envelope.id()))));
    }
  }
}
