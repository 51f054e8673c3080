package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.holdfast.gateway.bounce.RefusalKind;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.path.AfterAcceptance.Attempted;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.routing.Location;
import org.holdfast.routing.Member;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AfterAcceptanceTest {

  private static final Reply POLICY = new Reply(550, "5.7.1", "Refused by policy");
  private static final Answer REFUSED = new Answer.MailboxTrouble(POLICY);
  private static final Outcome RETURNED = new Outcome.Returned(POLICY.line());
  private static final Outcome PARKED = new Outcome.Refused(POLICY.line());
  private static final String FAR = "ann@far.test";

  private final ScriptedGate gate = new ScriptedGate();
  private final RecordingIntake queue = new RecordingIntake();
  private final MetricRegistry counted = new MetricRegistry();
  private Smarthost smarthost =
      new Smarthost(ScriptedGate.member("x@smart"), new ScriptedBackends(), Optional::empty);
  private Set<RefusalKind> kinds = Returned.USUAL;
  private Executor threads = Runnable::run;
  private Content letter = Returned.letter("Subject: hello\r\n\r\nbody\r\n");
  private String sender = FAR;
  private Map<String, String> rcpt = Map.of();

  AfterAcceptanceTest() {
    gate.gone.put(FAR, new Location.ForeignDomain("far.test"));
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of(new Answer.Delivered(new Reply(250, "2.0.0", "ok")), "Delivered", "Delivered"),
        Arguments.of(REFUSED, "Returned", "Returned"),
        Arguments.of(trouble(554, "5.6.0"), "Returned", "Returned"),
        Arguments.of(trouble(552, "5.2.2"), "Refused", "Returned"),
        Arguments.of(trouble(552, ""), "Refused", "Returned"),
        Arguments.of(trouble(452, "4.2.2"), "Deferred", "Deferred"),
        Arguments.of(trouble(451, "4.7.1"), "Deferred", "Deferred"),
        Arguments.of(trouble(550, "5.6.7"), "Refused", "Refused"),
        Arguments.of(trouble(553, "5.1.3"), "Refused", "Refused"),
        Arguments.of(new Answer.NotBelieved(reply(550, "5.1.1")), "Refused", "Refused"),
        Arguments.of(new Answer.NotBelieved(reply(550, "5.7.1")), "Refused", "Refused"),
        Arguments.of(new Answer.OurTrouble(false, reply(554, "5.3.0")), "Deferred", "Deferred"),
        Arguments.of(new Answer.OurTrouble(true, reply(530, "5.7.0")), "Deferred", "Deferred"),
        Arguments.of(new Answer.OurTrouble(true, reply(451, "4.4.1")), "Deferred", "Deferred"),
        Arguments.of(new Answer.Uncertain(reply(451, "4.4.2")), "Uncertain", "Uncertain"));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answer_meansForMailWeOwn(Answer answer, String byDefault, String bounceAll) {
    assertThat(outcome(answer).getClass().getSimpleName()).isEqualTo(byDefault);
    assertThat(queue.stored).hasSize(byDefault.equals("Returned") ? 1 : 0);

    queue.stored.clear();
    kinds = EnumSet.allOf(RefusalKind.class);
    kinds.remove(RefusalKind.OTHER);
    assertThat(outcome(answer).getClass().getSimpleName()).isEqualTo(bounceAll);
    assertThat(queue.stored).hasSize(bounceAll.equals("Returned") ? 1 : 0);

    queue.stored.clear();
    kinds = Set.of();
    assertThat(outcome(answer)).isEqualTo(Answers.outcome(answer));
    assertThat(queue.stored).isEmpty();
  }

  @Test
  void sender_elsewhere_isToldByWayOfTheSmarthost() throws Exception {
    assertThat(outcome(REFUSED)).isEqualTo(RETURNED);

    Held notice = queue.stored.getFirst();
    assertThat(notice.recipient().address()).isEqualTo(FAR);
    assertThat(notice.recipient().lane()).isEqualTo("ann@far.test>smarthost");
    assertThat(notice.recipient().parameters()).isEqualTo(Map.of("NOTIFY", "NEVER"));
    assertThat(notice.nextHop()).isEqualTo("@smarthost");
    assertThat(notice.entry()).isEqualTo(Held.Entry.WAITING);
    assertThat(queue.envelopes.getFirst().reversePath()).isEmpty();
    assertThat(queue.envelopes.getFirst().id()).isEqualTo("DSN1");
    assertThat(Returned.text(queue.contents.getFirst()))
        .contains("To: <ann@far.test>", "550 5.7.1 Refused by policy", "Subject: hello");
    assertThat(counted.counter("holdfast.refused.returned").getCount()).isEqualTo(1);
  }

  @Test
  void sender_ofTheMap_isToldInItsMailbox() {
    sender = "carl@p7";

    assertThat(outcome(REFUSED)).isEqualTo(RETURNED);

    Held notice = queue.stored.getFirst();
    assertThat(notice.recipient())
        .isEqualTo(new Recipient("carl@p7", "carl@p7", "carl@p7", Map.of("NOTIFY", "NEVER")));
    assertThat(notice.nextHop()).isEqualTo("p7");
  }

  @Test
  void sender_null_isNeverAnswered() {
    sender = "";
    assertParked();
  }

  @Test
  void sender_whoWantsNoNotification_hasItsMailParked() {
    for (String notify : List.of("NEVER", "SUCCESS", "DELAY", "SUCCESS,DELAY")) {
      rcpt = Map.of("NOTIFY", notify);
      assertParked();
    }
  }

  @Test
  void sender_whomNoSmarthostReaches_hasItsMailParked() {
    smarthost = Smarthost.none();
    assertParked();
  }

  @Test
  void sender_unknownInADomainOfOurs_hasItsMailParked() {
    gate.gone.put(FAR, new Location.UnknownUser(FAR));
    assertParked();
  }

  @Test
  void sender_closed_hasItsMailParked() {
    User here = ScriptedGate.user(FAR);
    User closed = new User(here.address(), here.pair(), UserState.CLOSED, here.standing());
    gate.gone.put(FAR, new Location.Mailbox(closed, FAR, FAR));
    assertParked();
  }

  private void assertParked() {
    counted
        .counter("holdfast.refused.parked")
        .dec(counted.counter("holdfast.refused.parked").getCount());
    assertThat(outcome(REFUSED)).isEqualTo(PARKED);
    assertThat(queue.stored).isEmpty();
    assertThat(counted.counter("holdfast.refused.parked").getCount()).isEqualTo(1);
  }

  @Test
  void member_thatOnlyRefuses_isBelievedForSoManyMailboxesAndNoMore() {
    AfterAcceptance after = Returned.with(gate, queue, smarthost, kinds, threads, counted);
    for (int i = 0; i < RefusalStreaks.MAILBOXES; i++) {
      assertThat(refused(after, "user" + i + "@p1")).isEqualTo(RETURNED);
    }
    assertThat(refused(after, "onemore@p1")).isEqualTo(PARKED);
    assertThat(refused(after, "user0@p1")).isEqualTo(RETURNED);
    assertThat(refused(after, "user0@another")).isEqualTo(RETURNED);

    after.learn(ScriptedGate.member("bob@p1"), ScriptedBackends.DELIVERED);

    assertThat(refused(after, "onemore@p1")).isEqualTo(RETURNED);
  }

  @Test
  void member_thatOnlyRefuses_isBelievedForSoManyMessagesAndNoMore() {
    AfterAcceptance after = Returned.with(gate, queue, smarthost, kinds, threads, counted);
    for (int i = 0; i < RefusalStreaks.MESSAGES; i++) {
      assertThat(refused(after, "bob@p1")).isEqualTo(RETURNED);
    }
    assertThat(refused(after, "bob@p1")).isEqualTo(PARKED);

    var _ = after.outcome(attempted("bob@p1"), ScriptedBackends.DELIVERED);

    assertThat(refused(after, "bob@p1")).isEqualTo(RETURNED);
  }

  private Outcome refused(AfterAcceptance after, String recipient) {
    return after.outcome(attempted(recipient), REFUSED).toCompletableFuture().join();
  }

  @Test
  void map_down_keepsTheMailForLater() {
    gate.down = true;
    assertKept();
  }

  @Test
  void store_thatFails_keepsTheMailForLater() {
    for (StoreException.Cause cause : StoreException.Cause.values()) {
      queue.refuses = cause;
      assertKept();
    }
    queue.refuses = null;
    assertThat(outcome(REFUSED)).isEqualTo(RETURNED);
    assertThat(queue.stored).hasSize(1);
  }

  @Test
  void message_thatCannotBeRead_isKeptForLater() {
    letter =
        new Content() {
          @Override
          public long size() {
            return 1;
          }

          @Override
          public InputStream open() throws IOException {
            throw new IOException("scripted");
          }
        };
    assertKept();
  }

  @Test
  void threads_thatTakeNothingMore_keepTheMailForLater() {
    threads =
        _ -> {
          throw new RejectedExecutionException("scripted");
        };
    assertKept();
  }

  private void assertKept() {
    assertThat(outcome(REFUSED))
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            later -> {
              assertThat(later.scope()).isEqualTo(Outcome.Scope.LANE);
              assertThat(later.reply()).startsWith(POLICY.line());
            });
    assertThat(queue.stored).isEmpty();
  }

  @Test
  void defect_whileTelling_leavesTheMailToAPerson() {
    AfterAcceptance after =
        new AfterAcceptance(
            Returned.USUAL,
            (_, _, _) -> {
              throw new IllegalStateException("scripted");
            },
            threads,
            counted);

    assertThat(after.outcome(attempted(), REFUSED).toCompletableFuture().join()).isEqualTo(PARKED);
  }

  @Test
  void returned_isSaidOnlyWhenTheNotificationIsStored_andNobodyIsBlocked() throws Exception {
    CompletableFuture<Thread> storing = new CompletableFuture<>();
    CompletableFuture<Void> disk = new CompletableFuture<>();
    AfterAcceptance.Teller slow =
        (_, _, _) -> {
          storing.complete(Thread.currentThread());
          disk.join();
          return Optional.empty();
        };
    try (var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      AfterAcceptance after = new AfterAcceptance(Returned.USUAL, slow, virtual, counted);
      CompletableFuture<Outcome> outcome =
          after.outcome(attempted(), REFUSED).toCompletableFuture();

      assertThat(storing.get()).isNotEqualTo(Thread.currentThread());
      assertThat(outcome).isNotDone();
      disk.complete(null);
      assertThat(outcome.get()).isEqualTo(RETURNED);
    }
  }

  // ---- success

  private static final Reply SAVED = new Reply(250, "2.0.0", "saved");

  @Test
  void success_toldByAMemberWithDsn_isNotToldByUs() {
    rcpt = Map.of("NOTIFY", "SUCCESS");
    assertThat(outcome(new Answer.Delivered(SAVED, true)))
        .isEqualTo(new Outcome.Delivered(SAVED.line()));
    assertThat(queue.stored).isEmpty();
    assertThat(outcome(new Answer.Delivered(SAVED, false)))
        .isEqualTo(new Outcome.Delivered(SAVED.line()));
    assertThat(queue.stored).hasSize(1);
    assertThat(queue.stored.getFirst().recipient().address()).isEqualTo(FAR);
  }

  @Test
  void success_whateverPreventsTheNotice_isDeliveredAllTheSame() {
    rcpt = Map.of("NOTIFY", "SUCCESS");
    Answer saved = new Answer.Delivered(SAVED);
    queue.refuses = StoreException.Cause.NO_ROOM;
    assertThat(outcome(saved)).isInstanceOf(Outcome.Delivered.class);
    gate.down = true;
    assertThat(outcome(saved)).isInstanceOf(Outcome.Delivered.class);
    threads =
        _ -> {
          throw new RejectedExecutionException("scripted");
        };
    assertThat(outcome(saved)).isInstanceOf(Outcome.Delivered.class);
    assertThat(queue.stored).isEmpty();
    assertThat(counted.counter("holdfast.notices.failed").getCount()).isEqualTo(3);
  }

  private Outcome outcome(Answer answer) {
    return Returned.with(gate, queue, smarthost, kinds, threads, counted)
        .outcome(attempted(), answer)
        .toCompletableFuture()
        .join();
  }

  private Attempted attempted() {
    return attempted("bob@p1");
  }

  private Attempted attempted(String recipient) {
    Member member = ScriptedGate.member(recipient);
    return new Attempted(
        new Envelope("MAIL1", sender, Instant.EPOCH, "mx [192.0.2.1]", Map.of()),
        new Recipient(recipient, recipient, recipient, rcpt),
        letter,
        member);
  }

  private static Answer trouble(int code, String enhanced) {
    return new Answer.MailboxTrouble(reply(code, enhanced));
  }

  private static Reply reply(int code, String enhanced) {
    return new Reply(code, enhanced, "no");
  }
}
