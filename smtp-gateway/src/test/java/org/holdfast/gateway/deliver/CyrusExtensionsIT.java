package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.deliver.Transaction.Origin;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IGNOREQUOTA and TRACE, as Cyrus offers them. */
class CyrusExtensionsIT {

  private static final String TEXT = "Subject: x\r\n\r\nhello\r\n";

  private final Bench bench = new Bench();
  private final Envelope envelope = Letter.envelope();

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  @Test
  void rcpt_ofMailFromTheQueue_ignoresTheQuotaWhereThatIsOffered() throws Exception {
    bench.backend.offer("PIPELINING", "DSN", "IGNOREQUOTA");
    List<Recipient> to =
        List.of(new Recipient("a@b.c", "a@b.c", "a@b.c", Map.of("NOTIFY", "NEVER")));

    assertThat(send(Origin.QUEUE, to)).allMatch(Answer.Delivered.class::isInstance);
    assertThat(send(Origin.DOOR, to)).allMatch(Answer.Delivered.class::isInstance);

    assertThat(rcpts())
        .containsExactly(
            "RCPT TO:<a@b.c> IGNOREQUOTA NOTIFY=NEVER", "RCPT TO:<a@b.c> NOTIFY=NEVER");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "SIZE"})
  void backend_thatOffersNeither_isNeverAskedForThem(String offer) throws Exception {
    bench.backend.offer(offer);

    assertThat(send(Origin.QUEUE, Letter.to("a@b.c", "d@e.f")))
        .allMatch(Answer.Delivered.class::isInstance);

    assertThat(rcpts()).containsExactly("RCPT TO:<a@b.c>", "RCPT TO:<d@e.f>");
    assertThat(bench.backend.commands()).noneMatch(line -> line.startsWith("TRACE"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "SIZE"})
  void trace_offered_namesTheIdOfEveryTransaction(String other) throws Exception {
    bench.backend.offer("TRACE", other);

    for (Origin origin : Origin.values()) {
      assertThat(send(origin, Letter.to("a@b.c"))).allMatch(Answer.Delivered.class::isInstance);
    }

    assertThat(bench.backend.commands())
        .filteredOn(line -> line.startsWith("TRACE") || line.startsWith("MAIL"))
        .map(line -> line.split(" ", 3)[0] + " " + line.split(" ", 3)[1])
        .containsExactly(
            "TRACE " + envelope.id(),
            "MAIL FROM:<sender@example.org>",
            "TRACE " + envelope.id(),
            "MAIL FROM:<sender@example.org>");
    assertThat(bench.backend.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "SIZE"})
  void trace_refused_theMailGoesOn(String other) throws Exception {
    for (String refusal : List.of("501 5.5.4 Invalid TRACE id.", "500 5.5.2 what?", "451 x")) {
      bench.backend.behave().offer("TRACE", other).once(Point.TRACE, Act.reply(refusal));
      assertThat(send(Origin.DOOR, Letter.to("a@b.c")))
          .allMatch(Answer.Delivered.class::isInstance);
    }
    assertThat(bench.backend.received()).hasSize(3);
  }

  @Test
  void trace_answered421_isOursAndHitsTheWholeMember() throws Exception {
    bench.backend.offer("TRACE").on(Point.TRACE, Act.replyAndDrop("421 4.3.2 going"));
    assertThat(send(Origin.DOOR, Letter.to("a@b.c")))
        .allMatch(answer -> answer instanceof Answer.OurTrouble(boolean whole, _) && whole);
  }

  @Test
  void connection_lostAtTraceOnAReusedOne_isBegunOnceMore() throws Exception {
    bench.backend.offer("TRACE");
    assertThat(send(Origin.DOOR, Letter.to("a@b.c"))).allMatch(Answer.Delivered.class::isInstance);
    bench.backend.once(Point.TRACE, Act.drop());
    assertThat(send(Origin.DOOR, Letter.to("a@b.c"))).allMatch(Answer.Delivered.class::isInstance);
    assertThat(bench.backend.connections()).isEqualTo(2);
  }

  private List<Answer> send(Origin origin, List<Recipient> to) throws Exception {
    return Bench.await(
        bench.client.send(bench.backend.member("imap5"), envelope, to, Letter.of(TEXT), origin));
  }

  private List<String> rcpts() {
    return bench.backend.commands().stream().filter(line -> line.startsWith("RCPT")).toList();
  }
}
