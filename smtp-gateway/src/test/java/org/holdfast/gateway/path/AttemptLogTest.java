package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.holdfast.gateway.log.LinesOf;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pair that is away for long does not fill the log, and nothing new is kept from it. */
class AttemptLogTest {

  private static final Member MEMBER = new Member("imap5", new HostPort("127.0.0.1", 24), null);
  private static final String REFUSED = "451 4.4.1 Connection refused";

  @RegisterExtension final LinesOf lines = new LinesOf("org.holdfast.delivery");
  private long now = 17;
  private final AttemptLog attempts = new AttemptLog(() -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void ended(String id, Outcome outcome) {
    Envelope envelope = new Envelope(id, "s@x", Instant.EPOCH, "mx", Map.of());
    Recipient recipient = new Recipient(id + "@x", id + "@x", id + "@x", Map.of());
    attempts.ended(envelope, recipient, MEMBER, outcome, outcome.reply());
  }

  private void away(String id, String words) {
    ended(id, new Outcome.Deferred(Outcome.Scope.NEXT_HOP, words));
  }

  private List<String> told() {
    List<String> told = lines.list().stream().map(AttemptLogTest::told).toList();
    lines.list().clear();
    return told;
  }

  private static String told(ILoggingEvent line) {
    Map<String, Object> fields =
        line.getKeyValuePairs().stream().collect(Collectors.toMap(p -> p.key, p -> p.value));
    return fields.get("id") + " " + fields.get("status") + " " + fields.getOrDefault("left_out", 0);
  }

  @Test
  void memberAway_isOneLineAnHour_howeverManyTry() {
    for (int i = 0; i < 239; i++) {
      away("m" + i, REFUSED);
      pass(Duration.ofSeconds(15));
    }
    assertThat(told()).containsExactly("m0 deferred 0");
    pass(Duration.ofSeconds(15));
    away("next", REFUSED);
    assertThat(told()).containsExactly("next deferred 238");
  }

  @Test
  void anotherReason_isTold_oncePerMinuteAtMost() {
    away("m1", REFUSED);
    away("m1", "451 4.4.2 No answer in time");
    pass(AttemptLog.CHANGED);
    away("m1", "451 4.4.2 No answer in time");
    pass(AttemptLog.CHANGED);
    away("m1", "451 4.4.2 No answer in time");
    assertThat(told()).containsExactly("m1 deferred 0", "m1 deferred 1");
  }

  @Test
  void numbersInTheWords_areNoOtherReason() {
    for (int i = 0; i < 10; i++) {
      away("m1", "451 4.4.1 [k3Fx" + i + "] imap5 is away since 10:0" + i);
      pass(AttemptLog.CHANGED);
    }
    assertThat(told()).containsExactly("m1 deferred 0");
  }

  @Test
  void otherCode_isAnotherReason() {
    away("m1", REFUSED);
    pass(AttemptLog.CHANGED);
    away("m1", "451 4.3.1 Connection refused");
    assertThat(told()).containsExactly("m1 deferred 0", "m1 deferred 0");
  }

  @Test
  void memberBackAndAwayAgain_isNews() {
    away("m1", REFUSED);
    pass(AttemptLog.CHANGED);
    ended("m1", new Outcome.Delivered("250 OK"));
    away("m2", REFUSED);
    assertThat(told()).containsExactly("m1 deferred 0", "m1 sent 0", "m2 deferred 0");
  }

  @Test
  void troubleOfOneMailbox_isToldForEachDelivery() {
    for (int i = 0; i < 5; i++) {
      ended("m1", new Outcome.Deferred(Outcome.Scope.LANE, "452 4.2.2 Mailbox full"));
      ended("m2", new Outcome.Uncertain("451 4.4.2 Lost"));
      pass(Duration.ofMinutes(10));
    }
    ended("m1", new Outcome.Returned("550 No"));
    ended("m2", new Outcome.Refused("550 No"));
    assertThat(told())
        .containsExactly("m1 deferred 0", "m2 deferred 0", "m1 returned 0", "m2 parked 0");
  }

  @Test
  void whatIsRemembered_isBounded() {
    for (int i = 0; i <= AttemptLog.REMEMBERED; i++) {
      ended("m" + i, new Outcome.Deferred(Outcome.Scope.LANE, "452 4.2.2 Mailbox full"));
    }
    lines.list().clear();
    ended("m1", new Outcome.Deferred(Outcome.Scope.LANE, "452 4.2.2 Mailbox full"));
    ended("m0", new Outcome.Deferred(Outcome.Scope.LANE, "452 4.2.2 Mailbox full"));
    assertThat(told()).containsExactly("m0 deferred 0");
  }
}
