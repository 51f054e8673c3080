package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The main job between real peers: mail flows, a user is held, the gateway is killed while mail
 * comes in, and everything arrives at the user's new home, once and in order.
 */
class HoldAndReleaseWithPostfixAndDovecotIT {

  private static final String ALICE = "alice@example.com";
  private static final String ERIN = "erin@example.com";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int LAST = 60;

  @BeforeAll
  static void peers() {
    Peers.needed();
  }

  @Test
  void mail_heldThroughKill9_arrivesAtTheNewHomeOnceAndInOrder() throws Exception {
    try (DovecotPair oldHome = new DovecotPair("imap5-6");
        DovecotPair newHome = new DovecotPair("imap7-8");
        GatewayProcess gateway = new GatewayProcess(map(oldHome, newHome));
        PostfixMx mx = new PostfixMx("example.com", "smtp:[127.0.0.1]:" + gateway.smtpPort);
        GatewayApi api = new GatewayApi(gateway)) {
      gateway.start();

      Mail.send(mx, ALICE, 1, 5);
      Mail.send(mx, ERIN, 1, 5);
      eventually("mail flows", () -> Mail.read(oldHome, ALICE).size() == 5);
      eventually("mail flows", () -> Mail.read(newHome, ERIN).size() == 5);

      assertThat(api.setState(ALICE, "{\"state\":\"moving\"}").path("quiesced").asBoolean())
          .isTrue();
      Mail.send(mx, ALICE, 6, 10);
      Mail.send(mx, ERIN, 6, 10);
      eventually("hers is held", () -> api.held(ALICE) == 5);
      eventually("others' mail flows", () -> Mail.read(newHome, ERIN).size() == 10);
      assertThat(Mail.read(oldHome, ALICE)).hasSize(5);

      killWhileSending(gateway, mx);
      gateway.start();
      eventually("Postfix hands over the rest", () -> flushed(mx));
      assertThat(api.held(ALICE)).isGreaterThanOrEqualTo(LAST - 5);
      assertThat(Mail.read(oldHome, ALICE)).hasSize(5);
      assertThat(Mail.read(newHome, ALICE)).isEmpty();

      api.setState(ALICE, "{\"state\":\"active\",\"pair\":\"imap7-8\"}");
      eventually("her mail is released", () -> api.held(ALICE) == 0);
      Mail.send(mx, ALICE, LAST + 1, LAST + 1);
      eventually("new mail goes straight through", () -> mx.taken(ALICE) > LAST && flushed(mx));

      assertThat(Mail.read(oldHome, ALICE)).hasSize(5);
      assertEverythingThereOnceAndInOrder(Mail.read(newHome, ALICE), mx);
      assertThat(mx.bounces()).isEmpty();
    }
  }

  /** SIGKILL when some of the messages 11 to LAST were taken and others not. */
  private static void killWhileSending(GatewayProcess gateway, PostfixMx mx) throws Exception {
    FutureTask<Void> sending =
        new FutureTask<>(() -> {
          Mail.send(mx, ALICE, 11, LAST);
          return null;
        });
    Thread.ofVirtual().start(sending);
    await().atMost(SOON).pollInterval(Duration.ofMillis(5)).until(() -> mx.taken(ALICE) >= 20);
    gateway.kill9();
    sending.get();
    assertThat(mx.taken(ALICE)).as("killed before all was taken").isLessThan(LAST);
  }

  /**
   * Order is that of acceptance, which Postfix's log tells. A message whose 250 died with the
   * gateway was sent again by Postfix and bears two ids: it may be there under each, once.
   */
  private static void assertEverythingThereOnceAndInOrder(List<Mail> inbox, PostfixMx mx)
      throws Exception {
    List<String> ids = inbox.stream().map(Mail::holdfastId).toList();
    assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
    List<String> taken = mx.idsTaken(ALICE);
    List<String> expected = taken.subList(5, taken.size()); // the first five went to the old home
    assertThat(ids.stream().filter(expected::contains).toList()).isEqualTo(expected);
    assertThat(ids.size() - expected.size()).as("250 lost by the kill").isBetween(0, 1);
    assertThat(inbox)
        .extracting(Mail::number)
        .containsAll(IntStream.rangeClosed(6, LAST + 1).boxed().toList());
    assertThat(inbox).allMatch(mail -> mail.body().equals(Mail.text(mail.number())));
  }

  private static boolean flushed(PostfixMx mx) throws Exception {
    if (mx.queueIsEmpty()) {
      return true;
    }
    mx.flush();
    return false;
  }

  private static void eventually(String what, Callable<Boolean> fact) {
    await(what).atMost(SOON).pollInterval(Duration.ofMillis(200)).until(fact);
  }

  private static String map(DovecotPair oldHome, DovecotPair newHome) {
    return """
    pairs:
      - { name: imap5-6, members: { imap5: { lmtp: "127.0.0.1:%d", imap: "127.0.0.1:%d" } }, active: imap5 }
      - { name: imap7-8, members: { imap7: { lmtp: "127.0.0.1:%d", imap: "127.0.0.1:%d" } }, active: imap7 }
    users:
      - { address: alice@example.com, pair: imap5-6 }
      - { address: erin@example.com, pair: imap7-8 }
    """
        .formatted(oldHome.lmtpPort, oldHome.imapPort, newHome.lmtpPort, newHome.imapPort);
  }
}
