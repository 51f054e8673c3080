package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.routing.Location;
import org.junit.jupiter.api.Test;

/**
 * Everything here is true of both ways: on a thread of its own, and straight, where the map answers
 * at once ({@link MessagePathAtOnceTest}).
 */
class MessagePathTest {

  private static final Reply FULL = new Reply(452, "4.2.2", "Mailbox full");
  private static final Reply POLICY = new Reply(550, "5.7.1", "Content refused");
  private static final Reply QUOTA = new Reply(552, "5.2.2", "Over quota");
  private static final Reply UNREACHABLE = new Reply(451, "4.4.1", "No answer from host");
  private static final Reply NO_SUCH_USER = new Reply(550, "5.1.1", "No such user");

  final ScriptedGate gate = new ScriptedGate();
  private final RecordingIntake queue = new RecordingIntake();
  private final ScriptedBackends backends = new ScriptedBackends();
  private MemberTrust trust = new MemberTrust();
  private final CountedBody body = new CountedBody();
  private Duration handOffTimeout = Duration.ofMinutes(1);
  private Executor threads = Runnable::run;

  /** How often somebody was to be told. */
  private int told;

  private AfterAcceptance after = AfterAcceptance.parksAll();

  @Test
  void message_allDelivered_isAnsweredWithoutTouchingTheQueue() {
    assertThat(send(Answering.ONCE, "a@p1", "b@p1", "c@p2"))
        .extracting(Reply::code)
        .containsExactly(250);
    assertThat(queue.stored).isEmpty();
    assertThat(backends.transactions).containsExactly(List.of("a@p1", "b@p1"), List.of("c@p2"));
  }

  @Test
  void stopping_nothingBegins_senderKeepsIt() {
    gate.onHold.put("a@p1", "being moved");
    threads = refusingAfter(0);

    assertThat(send(Answering.ONCE, "a@p1")).containsExactly(Replies.SHUTTING_DOWN);
    assertThat(send(Answering.EACH, "b@p1", "c@p1"))
        .containsExactly(Replies.SHUTTING_DOWN, Replies.SHUTTING_DOWN);
    assertThat(backends.transactions).isEmpty();
    assertThat(queue.stored).isEmpty();
    assertThat(gate.openPermits()).isZero();
  }

  @Test
  void stopping_afterTheHandOff_senderHearsOfEachWhatIsTrue() {
    backends.answers.put("lost@p1", new Answer.Uncertain(UNREACHABLE));
    threads = refusingAfter(1);

    assertThat(send(Answering.EACH, "a@p1", "lost@p1"))
        .extracting(Reply::code)
        .containsExactly(250, 421);
    assertThat(queue.stored).isEmpty();
    assertThat(gate.openPermits()).isZero();
    assertThat(body.references).hasValue(0);
  }

  /** As an executor that is shut down. */
  private static Executor refusingAfter(int tasks) {
    AtomicInteger left = new AtomicInteger(tasks);
    return work -> {
      if (left.getAndDecrement() <= 0) {
        throw new RejectedExecutionException("by the test");
      }
      work.run();
    };
  }

  @Test
  void attemptAtTheDoor_isToldWithWhatIsStored() {
    backends.answers.put("lost@p1", new Answer.Uncertain(UNREACHABLE));
    gate.onHold.put("held@p1", "being moved");

    send(Answering.EACH, "lost@p1", "held@p1");

    Held.Tried tried = Objects.requireNonNull(queue.stored.getFirst().tried());
    assertThat(tried.where().nextHop()).isEqualTo("p1");
    assertThat(tried.ended()).isEqualTo(new Outcome.Uncertain("451 4.4.1 No answer from host"));
    assertThat(queue.stored.getLast().tried()).isNull();
  }

  @Test
  void mailboxNamedTwice_getsTheMessageOnce_whicheverWayItGoes() {
    gate.onHold.put("held@p1", "being moved");
    backends.answers.put("full@p1", new Answer.MailboxTrouble(FULL));
    String[] to = {"a@p1", "held@p1", "a@p1", "full@p1", "held@p1", "full@p1"};

    assertThat(send(Answering.EACH, to))
        .extracting(Reply::code)
        .containsExactly(250, 250, 250, 452, 250, 452);
    assertThat(backends.transactions).containsExactly(List.of("a@p1", "full@p1"));
    assertThat(queue.stored).extracting(h -> h.recipient().address()).containsExactly("held@p1");
    assertThat(gate.openPermits()).isZero();

    backends.transactions.clear();
    assertThat(send(Answering.ONCE, "a@p1", "a@p1")).extracting(Reply::code).containsExactly(250);
    assertThat(backends.transactions).containsExactly(List.of("a@p1"));
    assertThat(gate.openPermits()).isZero();
  }

  @Test
  void recipient_onHold_isStoredAndNothingIsSent() {
    gate.onHold.put("a@p1", "being moved");

    assertThat(send(Answering.ONCE, "a@p1")).extracting(Reply::code).containsExactly(250);
    assertThat(backends.transactions).isEmpty();
    assertThat(queue.stored).extracting(Held::entry).containsExactly(Held.Entry.WAITING);
    assertThat(queue.stored).extracting(Held::reason).containsExactly("being moved");
  }

  @Test
  void recipient_withMailWaitingAhead_isStoredThoughTheGateIsOpen() {
    queue.backlog.add("a@p1");

    send(Answering.ONCE, "a@p1");

    assertThat(backends.transactions).isEmpty();
    assertThat(queue.stored).hasSize(1);
  }

  @Test
  void mixedMessage_smtp_keepsEachRecipientByItsOwnFate() {
    gate.onHold.put("held@p1", "being moved");
    backends.answers.put("full@p1", new Answer.MailboxTrouble(FULL));
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    backends.answers.put("lost@p1", new Answer.Uncertain(UNREACHABLE));
    backends.answers.put("unknown@p1", new Answer.NotBelieved(NO_SUCH_USER));

    List<Reply> replies =
        send(Answering.ONCE, "ok@p1", "held@p1", "full@p1", "policy@p1", "lost@p1", "unknown@p1");

    assertThat(replies).extracting(Reply::code).containsExactly(250);
    assertThat(queue.stored)
        .extracting(h -> h.recipient().address() + " " + h.entry())
        .containsExactly(
            "held@p1 WAITING",
            "full@p1 DEFERRED",
            "policy@p1 PARKED",
            "lost@p1 DEFERRED",
            "unknown@p1 PARKED");
  }

  @Test
  void mixedMessage_lmtp_tellsTheMailboxTroubleAndKeepsTheRest() {
    gate.onHold.put("held@p1", "being moved");
    backends.answers.put("full@p1", new Answer.MailboxTrouble(FULL));
    backends.answers.put("down@p2", new Answer.OurTrouble(true, UNREACHABLE));

    List<Reply> replies = send(Answering.EACH, "ok@p1", "held@p1", "full@p1", "down@p2");

    assertThat(replies).extracting(Reply::code).containsExactly(250, 250, 452, 250);
    assertThat(replies.get(2)).isEqualTo(FULL);
    assertThat(queue.stored)
        .extracting(h -> h.recipient().address())
        .containsExactly("held@p1", "down@p2");
  }

  @Test
  void allRecipientsRefused_smtp_hearsTheTemporaryOneFirst() {
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    backends.answers.put("full@p1", new Answer.MailboxTrouble(FULL));

    assertThat(send(Answering.ONCE, "policy@p1", "full@p1")).containsExactly(FULL);
    assertThat(send(Answering.ONCE, "policy@p1")).containsExactly(POLICY);
    assertThat(queue.stored).isEmpty();
  }

  @Test
  void ourTrouble_isNeverTold() {
    backends.answers.put("a@p1", new Answer.OurTrouble(false, UNREACHABLE));

    for (Answering answering : Answering.values()) {
      assertThat(send(answering, "a@p1")).extracting(Reply::code).containsExactly(250);
    }
    assertThat(queue.stored).extracting(Held::entry).containsOnly(Held.Entry.DEFERRED);
  }

  /** The queue probes for it: a wait of this one's own would outlast the outage. */
  @Test
  void memberIsAway_waitsItsTurnInsteadOfABackoff() {
    backends.answers.put("a@p1", new Answer.OurTrouble(true, UNREACHABLE));
    assertThat(send(Answering.ONCE, "a@p1")).extracting(Reply::code).containsExactly(250);
    assertThat(queue.stored).extracting(Held::entry).containsExactly(Held.Entry.WAITING);
  }

  @Test
  void mapDown_refusesTemporarilyAndGivesPermitsBack() {
    gate.down = true;

    assertThat(send(Answering.ONCE, "a@p1", "b@p1")).containsExactly(Replies.MAP_UNAVAILABLE);
    assertThat(send(Answering.EACH, "a@p1", "b@p1"))
        .containsExactly(Replies.MAP_UNAVAILABLE, Replies.MAP_UNAVAILABLE);
    assertThat(gate.openPermits()).isZero();
  }

  @Test
  void queueWithoutRoom_smtpMixed_handsNothingOff() {
    gate.onHold.put("held@p1", "being moved");
    queue.refuses = StoreException.Cause.NO_ROOM;

    assertThat(send(Answering.ONCE, "ok@p1", "held@p1")).containsExactly(Replies.NO_ROOM);
    assertThat(backends.transactions).isEmpty();
    assertThat(gate.openPermits()).isZero();
    assertThat(send(Answering.ONCE, "ok@p1")).extracting(Reply::code).containsExactly(250);
  }

  @Test
  void queueWithoutRoomForThisMessage_smtpMixed_handsNothingOff() {
    gate.onHold.put("held@p1", "being moved");
    queue.refuses = StoreException.Cause.NO_ROOM;
    queue.room = 0;

    assertThat(send(Answering.ONCE, "ok@p1", "held@p1")).containsExactly(Replies.NO_ROOM);
    assertThat(backends.transactions).isEmpty();
  }

  @Test
  void queueWithoutRoom_lmtp_refusesOnlyWhatItWouldHaveToKeep() {
    gate.onHold.put("held@p1", "being moved");
    queue.refuses = StoreException.Cause.NO_ROOM;

    assertThat(send(Answering.EACH, "ok@p1", "held@p1"))
        .extracting(Reply::code)
        .containsExactly(250, 452);
  }

  @Test
  void disk_failsUnderTheWrite_senderKeepsIt() {
    gate.onHold.put("held@p1", "being moved");
    queue.refuses = StoreException.Cause.FAILED;
    queue.refusesUnannounced = true;

    assertThat(send(Answering.ONCE, "held@p1")).containsExactly(Replies.STORE_FAILED);
  }

  @Test
  void user_closedBetweenRcptAndData_isRefused() {
    gate.gone.put("x@p1", new Location.UnknownUser("x@p1"));

    assertThat(send(Answering.ONCE, "x@p1")).containsExactly(Replies.UNKNOWN_USER);
    assertThat(send(Answering.ONCE, "ok@p1", "x@p1")).extracting(Reply::code).containsExactly(250);
    assertThat(queue.stored).extracting(Held::entry).containsExactly(Held.Entry.PARKED);
  }

  @Test
  void slowBackend_endsTheSendersWaitButNotTheAttempt() {
    CompletableFuture<List<Answer>> stall = new CompletableFuture<>();
    backends.stalled.put("slow@p1", stall);
    handOffTimeout = Duration.ofMillis(1);

    assertThat(send(Answering.ONCE, "slow@p1")).extracting(Reply::code).containsExactly(250);

    Held held = queue.stored.getFirst();
    assertThat(held.running()).isNotNull();
    assertThat(gate.openPermits()).isEqualTo(1);
    assertThat(body.references).hasValue(1);

    stall.complete(List.of(ScriptedBackends.DELIVERED));
    assertThat(held.running().toCompletableFuture().join()).isInstanceOf(Outcome.Delivered.class);
    assertThat(gate.openPermits()).isZero();
    assertThat(body.references).hasValue(0);
  }

  @Test
  void mixedMessage_smtp_returnsWhatIsToBeReturnedOnceItIsStored() {
    returnMail();
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    backends.answers.put("quota@p1", new Answer.MailboxTrouble(QUOTA));
    backends.answers.put("unknown@p1", new Answer.NotBelieved(NO_SUCH_USER));

    assertThat(send(Answering.ONCE, "ok@p1", "policy@p1", "quota@p1", "unknown@p1"))
        .extracting(Reply::code)
        .containsExactly(250);

    assertThat(queue.stored)
        .extracting(h -> h.recipient().address() + " " + h.entry())
        .containsExactly(
            "policy@p1 WAITING", "quota@p1 PARKED", "unknown@p1 PARKED", "from@x WAITING");
    assertThat(outcome(queue.stored.getFirst())).isInstanceOf(Outcome.Returned.class);
    assertThat(body.references).hasValue(0);
  }

  @Test
  void mixedMessage_thatCannotBeStored_isTheSendersAndNobodyIsTold() {
    returnMail();
    queue.refuses = StoreException.Cause.FAILED;
    queue.refusesUnannounced = true;
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));

    assertThat(send(Answering.ONCE, "ok@p1", "policy@p1")).containsExactly(Replies.STORE_FAILED);

    assertThat(told).isZero();
    assertThat(body.references).hasValue(0);
  }

  @Test
  void sender_whoHearsTheRefusal_isToldNothingMore() {
    returnMail();
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));

    assertThat(send(Answering.ONCE, "policy@p1")).containsExactly(POLICY);
    assertThat(send(Answering.EACH, "ok@p1", "policy@p1")).contains(POLICY);
    assertThat(told).isZero();
    assertThat(queue.stored).isEmpty();
  }

  @Test
  void slowBackend_thatRefusesAfterAll_hasTheMailReturned() {
    returnMail();
    CompletableFuture<List<Answer>> stall = new CompletableFuture<>();
    backends.stalled.put("slow@p1", stall);
    handOffTimeout = Duration.ofMillis(1);
    assertThat(send(Answering.ONCE, "slow@p1")).extracting(Reply::code).containsExactly(250);
    Held held = queue.stored.getFirst();
    assertThat(told).isZero();

    stall.complete(List.of(new Answer.MailboxTrouble(POLICY)));

    assertThat(outcome(held).at(Outcome.Where.UNKNOWN))
        .isEqualTo(new Outcome.Returned(POLICY.line()));
    assertThat(told).isEqualTo(1);
    assertThat(gate.openPermits()).isZero();
    assertThat(body.references).hasValue(0);
  }

  @Test
  void slowBackend_thatRefusesWhatTheSenderKept_tellsNobody() {
    returnMail();
    queue.refuses = StoreException.Cause.NO_ROOM;
    CompletableFuture<List<Answer>> stall = new CompletableFuture<>();
    backends.stalled.put("slow@p1", stall);
    handOffTimeout = Duration.ofMillis(1);
    assertThat(send(Answering.ONCE, "slow@p1")).containsExactly(Replies.NO_ROOM);

    stall.complete(List.of(new Answer.MailboxTrouble(POLICY)));

    assertThat(told).isZero();
    assertThat(body.references).hasValue(0);
  }

  @Test
  void defectAfterTheHandOff_isTheSendersToRetry_notAWaitWithoutEnd() {
    returnMail();
    backends.stalled.put("slow@p1", new CompletableFuture<>());
    handOffTimeout = Duration.ofMillis(1);
    body.retainsAllowed = 1; // the attempt's; what the queue is to keep finds it gone

    assertThatThrownBy(() -> send(Answering.ONCE, "slow@p1"))
        .hasRootCauseInstanceOf(IllegalStateException.class);
    assertThat(queue.stored).isEmpty();
  }

  private void returnMail() {
    after =
        Returned.with(
            gate,
            queue,
            Smarthost.none(),
            Returned.USUAL,
            task -> {
              told++;
              task.run();
            },
            new MetricRegistry());
  }

  private static Outcome outcome(Held held) {
    return Objects.requireNonNull(held.running()).toCompletableFuture().join();
  }

  @Test
  void member_thatKeptASenderWaiting_isNotWaitedForAgainUntilItTakesMail() {
    CompletableFuture<List<Answer>> stall = new CompletableFuture<>();
    backends.stalled.put("slow@p1", stall);
    handOffTimeout = Duration.ofMillis(1);
    send(Answering.ONCE, "slow@p1");

    send(Answering.ONCE, "other@p1");
    assertThat(backends.transactions).hasSize(1);
    assertThat(queue.stored).hasSize(2);

    stall.complete(List.of(ScriptedBackends.DELIVERED));
    handOffTimeout = Duration.ofMinutes(1);
    send(Answering.ONCE, "other@p1");
    assertThat(backends.transactions).hasSize(2);
    assertThat(queue.stored).hasSize(2);
  }

  @Test
  void member_thatOnlySaysNoSuchUser_isThereAndTrusted() {
    trust.doubt(ScriptedGate.member("a@p1"));
    trust.learn(ScriptedGate.member("a@p1"), new Answer.NotBelieved(NO_SUCH_USER));

    send(Answering.ONCE, "a@p1");

    assertThat(backends.transactions).hasSize(1);
  }

  @Test
  void manyUsers_refusedAsDisabled_sendersHearItOnlyUntilThatIsNotBelieved() {
    List<MassRefusal> trips = new ArrayList<>();
    trust =
        new MemberTrust(
            new MassRefusals(
                new MassRefusals.Limits(3, Duration.ofMinutes(1)), trips::add, () -> 0));
    Reply disabled = new Reply(550, "5.2.1", "disabled");
    List<Reply> replies = new ArrayList<>();
    for (String user : List.of("a@p1", "b@p1", "c@p1", "d@p1")) {
      backends.answers.put(user, new Answer.MailboxTrouble(disabled));
      replies.addAll(send(Answering.EACH, user));
    }

    assertThat(replies).extracting(Reply::code).containsExactly(550, 550, 250, 250);
    assertThat(queue.stored).extracting(Held::entry).containsOnly(Held.Entry.PARKED);
    assertThat(trips).hasSize(1);
    assertThat(trips.getFirst().take()).hasSize(4);
  }

  @Test
  void mailbox_withAllTurnsTaken_holdsTheNextMessage() {
    handOffTimeout = Duration.ofMillis(1);
    backends.stalled.put("busy@p1", new CompletableFuture<>());
    MessagePath path = path();
    for (int i = 0; i <= Turns.PER_MAILBOX; i++) {
      trust.learn(ScriptedGate.member("busy@p1"), ScriptedBackends.DELIVERED);
      send(path, Answering.ONCE, "busy@p1");
    }

    assertThat(backends.transactions).hasSize(Turns.PER_MAILBOX);
    assertThat(queue.stored.getLast().reason()).contains("many deliveries");
  }

  @Test
  void message_isDecidedOnAnotherThread() throws Exception {
    try (var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      threads = virtual;
      assertThat(send(Answering.ONCE, "a@p1")).extracting(Reply::code).containsExactly(250);
    }
    assertThat(body.references).hasValue(0);
    assertThat(gate.openPermits()).isZero();
  }

  @Test
  void rcpt_tellsEachKindApart() {
    gate.gone.put("x@p1", new Location.UnknownUser("x@p1"));
    gate.gone.put("x@far", new Location.ForeignDomain("far"));

    assertThat(rcpt("a@p1")).isEqualTo(Replies.RECIPIENT_OK);
    assertThat(rcpt("x@p1")).isEqualTo(Replies.UNKNOWN_USER);
    assertThat(rcpt("x@far")).isEqualTo(Replies.NOT_SERVED);
    gate.down = true;
    assertThat(rcpt("a@p1")).isEqualTo(Replies.MAP_UNAVAILABLE);
  }

  private Reply rcpt(String address) {
    return switch (path().recipient(address, Map.of()).toCompletableFuture().join()) {
      case Inbound.Answer.Accepted a -> a.reply();
      case Inbound.Answer.Rejected r -> r.reply();
    };
  }

  private MessagePath path() {
    return new MessagePath(gate, queue, backends, trust, handOffTimeout, after, threads);
  }

  private List<Reply> send(Answering answering, String... recipients) {
    return send(path(), answering, recipients);
  }

  private List<Reply> send(MessagePath path, Answering answering, String... recipients) {
    body.references.incrementAndGet();
    Envelope envelope = new Envelope("ID1", "from@x", Instant.EPOCH, "mx [192.0.2.1]", Map.of());
    List<Recipient> to =
        Arrays.stream(recipients).map(r -> new Recipient(r, r, r, Map.of())).toList();
    List<Reply> replies =
        path.message(envelope, to, body, answering).toCompletableFuture().join().replies();
    body.release();
    return replies;
  }

  private static final class CountedBody implements Inbound.Body {
    final AtomicInteger references = new AtomicInteger();
    int retainsAllowed = Integer.MAX_VALUE;

    @Override
    public long size() {
      return 1;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(new byte[1]);
    }

    @Override
    public Inbound.Body retain() {
      if (retainsAllowed-- <= 0) {
        throw new IllegalStateException("the body is gone");
      }
      references.incrementAndGet();
      return this;
    }

    @Override
    public void release() {
      references.decrementAndGet();
    }
  }
}
