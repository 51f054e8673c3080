package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever MTA hands mail over: nothing is lost, nothing comes back but what nobody can get. */
@Execution(ExecutionMode.CONCURRENT)
class UpstreamsIT {

  private static final String ALICE = "alice@example.com";
  private static final String ERIN = "erin@example.com";
  private static final Duration SOON = Duration.ofSeconds(40);

  /** What may stand upstream. */
  enum Kind {
    POSTFIX(PostfixMx.PROGRAM) {
      @Override
      UpstreamMx to(int port) throws IOException {
        return new PostfixMx("example.com", "smtp:[127.0.0.1]:" + port);
      }
    },
    EXIM(EximMx.PROGRAM) {
      @Override
      UpstreamMx to(int port) throws IOException {
        return new EximMx("example.com", port);
      }
    },
    OPENSMTPD(OpenSmtpdMx.PROGRAM) {
      @Override
      UpstreamMx to(int port) throws IOException {
        return new OpenSmtpdMx(port);
      }
    };

    final Path program;

    Kind(Path program) {
      this.program = program;
    }

    /** Starts one that hands over to this port. */
    abstract UpstreamMx to(int port) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void mail_heldAndTriedWhileTheGatewayIsAway_arrivesOnce(Kind kind) throws Exception {
    Peers.unpackedNeeded(kind.program);
    try (DovecotPair home = new DovecotPair("imap5-6");
        GatewayProcess gateway = new GatewayProcess(map(home));
        UpstreamMx mx = kind.to(gateway.smtpPort);
        GatewayApi api = new GatewayApi(gateway)) {
      gateway.start();
      Mail.send(mx, ERIN, 1, 5);
      eventually("mail flows", () -> Mail.read(home, ERIN).size() == 5);

      api.setState(ALICE, "{\"state\":\"moving\"}");
      Mail.send(mx, ALICE, 1, 20);
      eventually("hers is held", () -> api.held(ALICE) == 20);

      gateway.kill9();
      Mail.send(mx, ALICE, 21, 25);
      Mail.send(mx, ERIN, 6, 10);
      assertThat(mx.queueIsEmpty()).as("nobody takes it").isFalse();
      gateway.start();
      eventually("the rest is handed over", () -> flushed(mx));

      api.setState(ALICE, "{\"state\":\"active\"}");
      eventually("all is released", () -> api.held(ALICE) == 0);
      assertNumbers(Mail.read(home, ALICE), 25);
      assertNumbers(Mail.read(home, ERIN), 10);
      assertThat(mx.bounces()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mail_forNobody_isReturnedAtOnce_forAFullStoreIsKept(Kind kind) throws Exception {
    Peers.unpackedNeeded(kind.program);
    try (DovecotPair home = new DovecotPair("imap5-6");
        GatewayProcess gateway =
            new GatewayProcess(map(home), "max-bytes: 1GiB, min-free: 1023TiB", "-Xmx256m");
        UpstreamMx mx = kind.to(gateway.smtpPort);
        GatewayApi api = new GatewayApi(gateway)) {
      gateway.start();
      api.setState(ALICE, "{\"state\":\"moving\"}");
      Mail.send(mx, ALICE, 1, 3);
      Mail.send(mx, "nobody@example.com", 1, 1);
      eventually("returned", () -> mx.bounces().stream().anyMatch(l -> l.contains("nobody@")));
      assertThat(api.held(ALICE)).isZero();
      assertThat(mx.queueIsEmpty()).isFalse();

      gateway.kill9();
      gateway.store(GatewayProcess.ROOMY);
      gateway.start();
      api.setState(ALICE, "{\"state\":\"active\"}");
      eventually("it was only kept", () -> flushed(mx) && Mail.read(home, ALICE).size() == 3);
      assertThat(mx.bounces()).noneMatch(line -> line.contains(ALICE));
    }
  }

  private static void assertNumbers(List<Mail> inbox, int last) {
    assertThat(inbox)
        .extracting(Mail::number)
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, last).boxed().toList());
    assertThat(inbox).allMatch(mail -> mail.body().equals(Mail.text(mail.number())));
  }

  private static boolean flushed(UpstreamMx mx) throws Exception {
    if (mx.queueIsEmpty()) {
      return true;
    }
    mx.flush();
    return false;
  }

  private static void eventually(String what, Callable<Boolean> fact) {
    await(what).atMost(SOON).pollInterval(Duration.ofMillis(200)).until(fact);
  }

  private static String map(DovecotPair home) {
    return """
    pairs:
      - { name: imap5-6, members: { imap5: { lmtp: "127.0.0.1:%d" } }, active: imap5 }
    users:
      - { address: alice@example.com, pair: imap5-6 }
      - { address: erin@example.com, pair: imap5-6 }
    """
        .formatted(home.lmtpPort);
  }
}
