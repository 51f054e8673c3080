package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Location;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CourierTest {

  private static final Member SMARTHOST = ScriptedGate.member("x@smarthost.test");
  private static final Reply POLICY = new Reply(550, "5.7.1", "Refused by policy");

  private final ScriptedGate gate = new ScriptedGate();
  private final RecordingIntake queue = new RecordingIntake();
  private final ScriptedBackends backends = new ScriptedBackends();
  private final ScriptedBackends smtp = new ScriptedBackends();
  private Optional<String> everythingHeld = Optional.empty();
  private Smarthost smarthost = new Smarthost(SMARTHOST, smtp, () -> everythingHeld);

  @Test
  void mail_refusedForGood_isReturnedAndItsPermitGivenBackBefore() {
    gate.gone.put("ann@far", new Location.ForeignDomain("far"));
    backends.answers.put("bob@p1", new Answer.MailboxTrouble(POLICY));

    assertThat(attempt("ann@far", to("bob@p1")).at(Outcome.Where.UNKNOWN))
        .isEqualTo(new Outcome.Returned(POLICY.line()));
    assertThat(queue.stored).hasSize(1);
    assertThat(gate.openPermits()).isZero();
  }

  @Test
  void notification_refusedForGood_isParked() {
    backends.answers.put("bob@p1", new Answer.MailboxTrouble(POLICY));

    assertThat(attempt("", to("bob@p1")).at(Outcome.Where.UNKNOWN))
        .isEqualTo(new Outcome.Refused(POLICY.line()));
    assertThat(queue.stored).isEmpty();
  }

  @Test
  void notification_elsewhere_goesToTheSmarthostWhateverTheMapSays() {
    gate.down = true;

    assertThat(courier().way("ann@far>smarthost"))
        .isEqualTo(new Way.Open("@smarthost", SMARTHOST.name(), 0));
    assertThat(attempt("", Smarthost.recipient("ann@far"))).isInstanceOf(Outcome.Delivered.class);
    assertThat(smtp.transactions).containsExactly(List.of("ann@far"));
    assertThat(backends.transactions).isEmpty();
  }

  @Test
  void notification_whileEverythingIsHeld_waits() {
    everythingHeld = Optional.of("everything is on hold");

    assertThat(courier().way("ann@far>smarthost"))
        .isEqualTo(new Way.Shut("@smarthost", "everything is on hold"));
    assertThat(attempt("", Smarthost.recipient("ann@far")))
        .isEqualTo(new Outcome.Shut("everything is on hold"));
    assertThat(smtp.transactions).isEmpty();
  }

  @Test
  void notification_withoutASmarthost_waits() {
    smarthost = Smarthost.none();

    assertThat(courier().way("ann@far>smarthost"))
        .isEqualTo(new Way.Shut("@smarthost", "no delivery.smarthost is configured"));
    assertThat(attempt("", Smarthost.recipient("ann@far"))).isInstanceOf(Outcome.Shut.class);
  }

  @ParameterizedTest
  @CsvSource({
    "250, 2.0.0, DELIVERED, Delivered",
    "550, 5.7.1, MAILBOX, Refused",
    "550, 5.1.1, NOT_BELIEVED, Refused",
    "554, '', OURS, Refused",
    "554, 5.4.6, OURS, Refused",
    "530, 5.7.0, WHOLE, Deferred",
    "451, 4.4.1, WHOLE, Deferred",
    "451, 4.3.0, OURS, Deferred",
    "452, 4.2.2, MAILBOX, Deferred",
    "451, 4.4.2, UNCERTAIN, Uncertain"
  })
  void smarthost_answer_means(int code, String enhanced, Sorted sorted, String outcome) {
    smtp.answers.put("ann@far", sorted.answer(new Reply(code, enhanced, "scripted")));

    assertThat(attempt("", Smarthost.recipient("ann@far")).getClass().getSimpleName())
        .isEqualTo(outcome);
    assertThat(queue.stored).isEmpty();
  }

  enum Sorted {
    DELIVERED,
    MAILBOX,
    NOT_BELIEVED,
    OURS,
    WHOLE,
    UNCERTAIN;

    Answer answer(Reply reply) {
      return switch (this) {
        case DELIVERED -> new Answer.Delivered(reply);
        case MAILBOX -> new Answer.MailboxTrouble(reply);
        case NOT_BELIEVED -> new Answer.NotBelieved(reply);
        case OURS -> new Answer.OurTrouble(false, reply);
        case WHOLE -> new Answer.OurTrouble(true, reply);
        case UNCERTAIN -> new Answer.Uncertain(reply);
      };
    }
  }

  private Courier courier() {
    return new Courier(
        gate,
        backends,
        new MemberTrust(),
        Returned.with(gate, queue, smarthost, Returned.USUAL, Runnable::run, new MetricRegistry()),
        smarthost);
  }

  private Outcome attempt(String sender, Recipient to) {
    List<Outcome> outcomes = new ArrayList<>();
    Envelope envelope = new Envelope("M1", sender, Instant.EPOCH, "mx [192.0.2.1]", Map.of());
    courier()
        .attempt(
            new Delivery(1, 0, envelope, to, 10, 0),
            Returned.letter("Subject: x\r\n\r\n"),
            outcomes::add);
    assertThat(outcomes).hasSize(1);
    return outcomes.getFirst();
  }

  private static Recipient to(String address) {
    return new Recipient(address, address, address, Map.of());
  }
}
