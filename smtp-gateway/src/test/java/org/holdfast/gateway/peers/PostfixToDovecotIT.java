package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The peers by themselves, without a gateway: what the other tests of this package lean on. */
class PostfixToDovecotIT {

  private static final String ALICE = "alice@example.com";

  @BeforeAll
  static void peers() {
    Peers.needed();
  }

  @Test
  void mail_sentThroughPostfix_isReadInDovecot() throws Exception {
    try (DovecotPair pair = new DovecotPair("imap5-6");
        PostfixMx mx = new PostfixMx("example.com", "lmtp:inet:127.0.0.1:" + pair.lmtpPort)) {
      Mail.send(mx, ALICE, 1, 3);
      await().atMost(Duration.ofSeconds(20)).until(() -> mx.taken(ALICE) == 3);
      List<Mail> inbox = Mail.read(pair, ALICE);
      assertThat(inbox).extracting(Mail::number).containsExactlyInAnyOrder(1, 2, 3);
      assertThat(inbox).allMatch(mail -> mail.body().equals(Mail.text(mail.number())));
      assertThat(mx.queueIsEmpty()).isTrue();
      assertThat(mx.bounces()).isEmpty();
    }
  }

  @Test
  void mail_nextHopDown_staysInPostfix() throws Exception {
    try (PostfixMx mx = new PostfixMx("example.com", "smtp:[127.0.0.1]:" + Peers.freePort())) {
      Mail.send(mx, ALICE, 1, 1);
      await().atMost(Duration.ofSeconds(20)).until(() -> !mx.queueIsEmpty());
      assertThat(mx.taken(ALICE)).isZero();
    }
  }
}
