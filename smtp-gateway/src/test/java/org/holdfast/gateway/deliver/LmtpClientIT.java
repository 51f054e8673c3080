package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.ScriptedBackend.Received;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said on the wire, and how connections are used, over real sockets. */
class LmtpClientIT {

  private static final String TEXT = "Subject: x\r\n\r\n.dot\r\n..two\r\nend.\r\n.\r\nlast\r\n";

  private final Bench bench = new Bench();

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  private Received only() {
    assertThat(bench.backend.received()).hasSize(1);
    return bench.backend.received().getFirst();
  }

  // ---- one transaction

  @Test
  void transaction_everythingAccepted_deliveredOctetForOctet() throws Exception {
    List<Answer> answers = bench.send(Letter.of(TEXT), "a@example.com", "b@example.com");
    assertThat(answers).hasSize(2).allMatch(Answer.Delivered.class::isInstance);
    assertThat(answers.getFirst().reply().line()).isEqualTo("250 2.0.0 <a@example.com> saved");
    assertThat(only().content()).isEqualTo(TEXT);
    assertThat(only().wire()).endsWith("last\r\n.\r\n");
  }

  @Test
  void transaction_withoutPipelining_saysOneCommandAtATime() throws Exception {
    bench.backend.offer();
    List<Answer> answers = bench.send(Letter.of(TEXT), "a@example.com", "b@example.com");
    assertThat(answers).allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().content()).isEqualTo(TEXT);
    assertThat(only().mail()).isEqualTo("MAIL FROM:<sender@example.org>");
  }

  @Test
  void transaction_pipelined_isOneWriteBeforeAnyReply() throws Exception {
    CountDownLatch mail = new CountDownLatch(1);
    bench.backend.on(Point.MAIL, Act.after(mail, Act.go()));
    CompletionStage<List<Answer>> answers = bench.begin(Letter.of(TEXT), "a@example.com");
    await().until(() -> bench.backend.commands().size() == 2);
    mail.countDown();
    assertThat(Bench.await(answers)).allMatch(Answer.Delivered.class::isInstance);
    assertThat(bench.backend.commands())
        .containsExactly(
            "LHLO gw.example.com",
            "MAIL FROM:<sender@example.org> SIZE=" + TEXT.length(),
            "RCPT TO:<a@example.com>",
            "DATA");
  }

  @Test
  void content_streamedAndLarge_arrivesOctetForOctet() throws Exception {
    String text = ("." + "x".repeat(77) + "\r\n").repeat(200_000);
    byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
    assertThat(bench.send(Letter.streamed(octets), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().content().equals(text)).isTrue();
  }

  @Test
  void content_inMemoryAndLarge_arrivesOctetForOctet() throws Exception {
    String text = ("." + "x".repeat(77) + "\r\n").repeat(200_000);
    assertThat(bench.send(Letter.of(text), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().content().equals(text)).isTrue();
  }

  @Test
  void content_ofEverySizeAroundAPiece_arrivesOctetForOctet() throws Exception {
    for (int size = ContentSender.PIECE - 3; size <= ContentSender.PIECE + 3; size++) {
      String text = "x".repeat(size - 2) + "\r\n";
      byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(bench.send(Letter.streamed(octets), "a@example.com"))
          .allMatch(Answer.Delivered.class::isInstance);
      assertThat(bench.backend.received().getLast().content().equals(text)).isTrue();
    }
  }

  @Test
  void content_empty_arrives() throws Exception {
    bench.send(Letter.streamed(new byte[0]), "a@example.com");
    bench.send(Letter.of(""), "a@example.com");
    assertThat(bench.backend.received()).hasSize(2).allMatch(r -> r.content().isEmpty());
  }

  @Test
  void content_shorterThanItSays_isNeverEnded() throws Exception {
    List<Answer> answers =
        bench.send(Letter.lying("half\r\n".getBytes(StandardCharsets.US_ASCII), 60), "a@b.c");
    assertThat(answers).allMatch(Answer.OurTrouble.class::isInstance);
    assertThat(bench.backend.received()).isEmpty();
  }

  // ---- what the backend must be able to do

  @Test
  void smtpUtf8_notOffered_isRefusedInOurWordsAndNothingIsSaid() throws Exception {
    List<Answer> answers =
        Bench.await(
            bench.client.send(
                bench.backend.member("m"),
                Letter.envelope(Map.of("SMTPUTF8", "")),
                Letter.to("a@example.com"),
                Letter.of("Subject: \u00c3\u00a9\r\n\r\n"),
                Transaction.Origin.DOOR));
    assertThat(answers)
        .containsExactly(new Answer.MailboxTrouble(OwnWords.HEADER_NOT_UTF8_CAPABLE));
    assertThat(bench.backend.commands()).containsExactly("LHLO gw.example.com");
  }

  @Test
  void smtpUtf8_offered_isPassed() throws Exception {
    bench.backend.offer("SMTPUTF8");
    assertThat(bench.send(Letter.of(TEXT), "jürgen@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().mail()).isEqualTo("MAIL FROM:<sender@example.org> SMTPUTF8");
    assertThat(only().recipients()).containsExactly("jürgen@example.com");
  }

  @Test
  void smtpUtf8_oneAddressOnlyAndNotOffered_theOthersAreDelivered() throws Exception {
    List<Answer> answers = bench.send(Letter.of(TEXT), "jürgen@example.com", "b@example.com");
    assertThat(answers.get(0)).isInstanceOf(Answer.MailboxTrouble.class);
    assertThat(answers.get(1)).isInstanceOf(Answer.Delivered.class);
    assertThat(only().recipients()).containsExactly("b@example.com");
  }

  @Test
  void address_withALineEnd_isNeverSaid() throws Exception {
    List<Answer> answers = bench.send(Letter.of(TEXT), "a@b.c>\r\nRCPT TO:<x@y.z", "b@b.c");
    assertThat(answers.get(0)).isEqualTo(new Answer.MailboxTrouble(OwnWords.BAD_RECIPIENT));
    assertThat(answers.get(1)).isInstanceOf(Answer.Delivered.class);
    assertThat(only().recipients()).containsExactly("b@b.c");
  }

  // ---- refusals

  @Test
  void rcpt_someRefused_onlyTheAcceptedGetTheMessageAndAReply() throws Exception {
    bench.backend.on(Point.RCPT, "full@example.com", Act.reply("452 4.2.2 Mailbox full"));
    bench.backend.on(Point.RCPT, "gone@example.com", Act.reply("550 5.1.1 No such user"));
    bench.backend.on(Point.END, "sick@example.com", Act.reply("451 4.3.0 Internal error"));
    List<Answer> answers =
        bench.send(
            Letter.of(TEXT),
            "full@example.com",
            "a@example.com",
            "gone@example.com",
            "sick@example.com");
    assertThat(answers.get(0)).isInstanceOf(Answer.MailboxTrouble.class);
    assertThat(answers.get(1)).isInstanceOf(Answer.Delivered.class);
    assertThat(answers.get(2)).isInstanceOf(Answer.NotBelieved.class);
    assertThat(answers.get(3)).isInstanceOf(Answer.OurTrouble.class);
    assertThat(only().delivered()).containsExactly("a@example.com");
  }

  @Test
  void rcpt_allRefused_noContentIsSentAndTheConnectionIsUsedAgain() throws Exception {
    for (String[] offer : new String[][] {{"PIPELINING"}, {}}) {
      bench.set(LmtpSettings.of("gw").withPool(1, 10, LmtpSettings.IDLE_TIME));
      bench.backend.behave().offer(offer).once(Point.RCPT, Act.reply("550 5.2.1 Disabled"));
      int before = bench.backend.connections();
      assertThat(bench.send(Letter.of(TEXT), "a@example.com"))
          .allMatch(Answer.MailboxTrouble.class::isInstance);
      assertThat(bench.send(Letter.of(TEXT), "b@example.com"))
          .allMatch(Answer.Delivered.class::isInstance);
      assertThat(bench.backend.connections()).isEqualTo(before + 1);
    }
    assertThat(bench.backend.received()).hasSize(2);
    assertThat(bench.backend.commands()).contains("RSET");
  }

  @Test
  void rcpt_allRefusedButDataIsAnswered354_nothingIsDeliveredAndTheConnectionIsDone()
      throws Exception {
    bench.backend.once(Point.RCPT, Act.reply("550 5.2.1 Disabled"));
    bench.backend.once(Point.DATA, Act.reply("354 come on"));
    assertThat(bench.send(Letter.of(TEXT), "a@example.com"))
        .allMatch(Answer.MailboxTrouble.class::isInstance);
    assertThat(bench.send(Letter.of(TEXT), "b@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().recipients()).containsExactly("b@example.com");
    assertThat(bench.backend.connections()).isEqualTo(2);
  }

  @Test
  void mail_refused_isEverybodysAnswerAndTheConnectionIsUsedAgain() throws Exception {
    for (String[] offer : new String[][] {{"PIPELINING"}, {}}) {
      bench.set(LmtpSettings.of("gw").withPool(1, 10, LmtpSettings.IDLE_TIME));
      bench.backend.behave().offer(offer).once(Point.MAIL, Act.reply("550 5.7.1 Not from you"));
      int before = bench.backend.connections();
      List<Answer> answers = bench.send(Letter.of(TEXT), "a@example.com", "b@example.com");
      assertThat(answers).hasSize(2).allMatch(Answer.MailboxTrouble.class::isInstance);
      assertThat(answers).allMatch(a -> a.reply().line().equals("550 5.7.1 Not from you"));
      assertThat(bench.send(Letter.of(TEXT), "b@example.com"))
          .allMatch(Answer.Delivered.class::isInstance);
      assertThat(bench.backend.connections()).isEqualTo(before + 1);
    }
  }

  @Test
  void data_refused_isTheAnswerOfTheAccepted() throws Exception {
    for (String[] offer : new String[][] {{"PIPELINING"}, {}}) {
      bench.set(LmtpSettings.of("gw").withPool(1, 10, LmtpSettings.IDLE_TIME));
      bench.backend.behave().offer(offer).once(Point.DATA, Act.reply("452 4.3.1 Disk full"));
      bench.backend.once(Point.RCPT, Act.reply("550 5.1.1 No such user"));
      List<Answer> answers = bench.send(Letter.of(TEXT), "a@example.com", "b@example.com");
      assertThat(answers.get(0)).isInstanceOf(Answer.NotBelieved.class);
      assertThat(answers.get(1))
          .isInstanceOfSatisfying(
              Answer.OurTrouble.class, t -> assertThat(t.wholeMember()).isTrue());
      assertThat(bench.send(Letter.of(TEXT), "b@example.com"))
          .allMatch(Answer.Delivered.class::isInstance);
    }
  }

  @Test
  void rset_refused_theConnectionIsNotUsedAgain() throws Exception {
    bench.backend.once(Point.RCPT, Act.reply("550 5.2.1 Disabled"));
    bench.set(LmtpSettings.of("gw").withPool(1, 10, LmtpSettings.IDLE_TIME));
    bench.backend.once(Point.RSET, Act.reply("451 4.3.0 no"));
    bench.send(Letter.of(TEXT), "a@example.com");
    assertThat(bench.send(Letter.of(TEXT), "b@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(bench.backend.connections()).isEqualTo(2);
  }

  // ---- the pool

  @Test
  void transaction_secondOne_reusesTheConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      bench.send(Letter.of(TEXT), "a@example.com");
    }
    assertThat(bench.backend.received()).hasSize(3);
    assertThat(bench.backend.connections()).isEqualTo(1);
  }

  @Test
  void pool_moreThanItsConnections_waitInOrderAndOneTooManyIsToldAtOnce() throws Exception {
    bench.set(LmtpSettings.of("gw").withPool(1, 2, LmtpSettings.IDLE_TIME));
    CountDownLatch end = new CountDownLatch(1);
    bench.backend.on(Point.END, Act.after(end, Act.go()));
    List<CompletionStage<List<Answer>>> stages = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      stages.add(bench.begin(Letter.of(TEXT), "u" + i + "@example.com"));
    }
    assertThat(Bench.await(bench.begin(Letter.of(TEXT), "late@example.com")))
        .containsExactly(new Answer.OurTrouble(true, OwnWords.TOO_MANY_WAITING));
    await().until(() -> bench.client.health().getFirst().waiting() == 2);
    end.countDown();
    for (CompletionStage<List<Answer>> stage : stages) {
      assertThat(Bench.await(stage)).allMatch(Answer.Delivered.class::isInstance);
    }
    assertThat(bench.backend.received())
        .extracting(r -> r.recipients().getFirst())
        .containsExactly("u0@example.com", "u1@example.com", "u2@example.com");
    assertThat(bench.backend.connections()).isEqualTo(1);
  }

  @Test
  void pool_manyAtOnce_opensUpToItsConnections() throws Exception {
    bench.set(LmtpSettings.of("gw").withPool(4, 100, LmtpSettings.IDLE_TIME));
    CountDownLatch end = new CountDownLatch(1);
    bench.backend.on(Point.END, Act.after(end, Act.go()));
    List<CompletionStage<List<Answer>>> stages = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      stages.add(bench.begin(Letter.of(TEXT), "u" + i + "@example.com"));
    }
    await().until(() -> bench.backend.received().size() == 4);
    assertThat(bench.client.health().getFirst())
        .matches(h -> h.open() == 4 && h.inUse() == 4 && h.waiting() == 46);
    end.countDown();
    for (CompletionStage<List<Answer>> stage : stages) {
      assertThat(Bench.await(stage)).allMatch(Answer.Delivered.class::isInstance);
    }
    assertThat(bench.backend.connections()).isEqualTo(4);
    assertThat(bench.client.health().getFirst())
        .matches(h -> h.open() == 4 && h.inUse() == 0 && h.waiting() == 0)
        .matches(h -> h.transactions() == 50 && h.latencyMicros() > 0)
        .matches(h -> h.lastSuccess() != null && h.lastError() == null);
  }

  @Test
  void pool_unusedForTheIdleTime_saysQuit() throws Exception {
    bench.set(LmtpSettings.of("gw").withPool(1, 1, Bench.SHORT));
    bench.send(Letter.of(TEXT), "a@example.com");
    await().until(() -> bench.backend.open() == 0);
    assertThat(bench.backend.commands()).endsWith("QUIT");
    assertThat(bench.client.health().getFirst().open()).isZero();
  }

  @Test
  void name_insteadOfAnAddress_isLookedUp() throws Exception {
    Member byName =
        new Member("m", new HostPort("localhost", bench.backend.address().port()), null);
    assertThat(
            Bench.await(
                bench.client.send(
                    byName,
                    Letter.envelope(),
                    Letter.to("a@b.c"),
                    Letter.of(TEXT),
                    Transaction.Origin.DOOR)))
        .allMatch(Answer.Delivered.class::isInstance);
  }

  // ---- the probe

  @Test
  void probe_ofALivingMember_isUp() throws Exception {
    assertThat(Bench.await(bench.client.probe(bench.backend.member("m"))))
        .isInstanceOf(ProbeAnswer.Up.class);
    await().until(() -> bench.backend.commands().contains("QUIT"));
  }

  @Test
  void probe_ofADeadOrUnwillingMember_isDown() throws Exception {
    Member dead = new Member("m", ScriptedBackend.deadPort(), null);
    assertThat(Bench.await(bench.client.probe(dead))).isInstanceOf(ProbeAnswer.Down.class);
    bench.backend.on(Point.BANNER, Act.replyAndDrop("421 4.3.2 not now"));
    assertThat(Bench.await(bench.client.probe(bench.backend.member("m"))))
        .isInstanceOfSatisfying(
            ProbeAnswer.Down.class, d -> assertThat(d.why().code()).isEqualTo(421));
  }
}
