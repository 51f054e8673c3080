package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.log.LinesOf;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.routing.Location;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One line for what became of each delivery, and which word it has. */
class DeliveryLogTest {

  private static final Reply POLICY = new Reply(550, "5.7.1", "Content refused");
  private static final Reply DOWN = new Reply(451, "4.4.1", "No answer from host");

  @RegisterExtension final LinesOf lines = new LinesOf("org.holdfast.delivery");

  private final ScriptedGate gate = new ScriptedGate();
  private final RecordingIntake queue = new RecordingIntake();
  private final ScriptedBackends backends = new ScriptedBackends();
  private AfterAcceptance after = AfterAcceptance.parksAll();

  @Test
  void handedOff_isSent_withEverythingOneGrepsFor() {
    send(Answering.ONCE, "a@p1");
    assertThat(lines.list()).hasSize(1);
    assertThat(lines.list().getFirst().getMessage()).isEqualTo("delivery");
    assertThat(fields(0))
        .containsEntry("id", "ID1")
        .containsEntry("to", "a@p1")
        .containsEntry("orig_to", "orig-a@p1")
        .containsEntry("status", "sent")
        .containsEntry("reply", "250 2.0.0 saved")
        .containsKey("delay");
    assertThat(String.valueOf(fields(0).get("relay"))).matches("\\S+\\[\\S+\\]:\\d+");
  }

  @Test
  void mixedMessage_hasALineForEachRecipient() {
    gate.onHold.put("held@p1", "being moved");
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    backends.answers.put("down@p2", new Answer.Uncertain(DOWN));
    send(Answering.ONCE, "ok@p1", "held@p1", "policy@p1", "down@p2");
    assertThat(told())
        .containsExactlyInAnyOrder(
            "ok@p1 sent 250 2.0.0 saved",
            "held@p1 held being moved",
            "policy@p1 parked " + POLICY.line() + "; by delivery.on-refused",
            "down@p2 deferred " + DOWN.line());
    assertThat(relays())
        .containsExactlyInAnyOrder(
            "ok@p1 p1-a[127.0.0.1]:1002",
            "held@p1 none",
            "policy@p1 p1-a[127.0.0.1]:1002",
            "down@p2 p2-a[127.0.0.1]:1002");
  }

  @Test
  void parkedAtTheDoor_saysWhyNobodyWasTold() {
    backends.answers.put("unknown@p1", new Answer.NotBelieved(POLICY));
    send(Answering.EACH, "unknown@p1");
    assertThat(told()).containsExactly("unknown@p1 parked " + POLICY.line() + "; not believed");
    assertThat(relays()).containsExactly("unknown@p1 p1-a[127.0.0.1]:1002");
  }

  @Test
  void stillOpen_namesWhomWeWaitFor() {
    backends.stalled.put("slow@p1", new CompletableFuture<>());
    send(Duration.ofMillis(1), Answering.ONCE, "slow@p1");
    assertThat(told()).containsExactly("slow@p1 held the backend has not answered yet");
    assertThat(relays()).containsExactly("slow@p1 p1-a[127.0.0.1]:1002");
  }

  @Test
  void goneSinceRcpt_isRefused() {
    gate.gone.put("gone@p1", new Location.UnknownUser("gone@p1"));
    send(Answering.EACH, "ok@p1", "gone@p1");
    assertThat(told())
        .containsExactlyInAnyOrder(
            "ok@p1 sent 250 2.0.0 saved", "gone@p1 refused " + Replies.UNKNOWN_USER.line());
  }

  @Test
  void namedTwice_isDeliveredOnce_andBothAreTold() {
    send(Answering.ONCE, named("a@p1", "A@p1"), named("a@p1", "alias@p1"));
    assertThat(told())
        .containsExactly("a@p1 sent 250 2.0.0 saved", "a@p1 merged one delivery with <A@p1>");
    assertThat(fields(1)).containsEntry("orig_to", "alias@p1");
  }

  @Test
  void refusedToTheSender_isRefused() {
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    send(Answering.EACH, "ok@p1", "policy@p1");
    send(Answering.ONCE, "policy@p1");
    assertThat(told())
        .containsExactly(
            "ok@p1 sent 250 2.0.0 saved",
            "policy@p1 refused " + POLICY.line(),
            "policy@p1 refused " + POLICY.line());
  }

  @Test
  void notStored_isNotSaidToBe() {
    gate.onHold.put("held@p1", "being moved");
    queue.refuses = StoreException.Cause.FAILED;
    queue.refusesUnannounced = true;
    send(Answering.EACH, "ok@p1", "held@p1");
    assertThat(told())
        .containsExactly(
            "ok@p1 sent 250 2.0.0 saved", "held@p1 refused " + Replies.STORE_FAILED.line());
  }

  @Test
  void fromTheQueue_everyEndHasItsWord() {
    backends.answers.put("down@p1", new Answer.OurTrouble(true, DOWN));
    backends.answers.put("lost@p1", new Answer.Uncertain(DOWN));
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    gate.onHold.put("held@p1", "being moved");
    for (String to : List.of("ok@p1", "down@p1", "lost@p1", "policy@p1", "held@p1")) {
      attempt(to);
    }
    assertThat(told())
        .containsExactly(
            "ok@p1 sent 250 2.0.0 saved",
            "down@p1 deferred " + DOWN.line(),
            "lost@p1 deferred " + DOWN.line(),
            "policy@p1 parked " + POLICY.line() + "; by delivery.on-refused");
  }

  @Test
  void fromTheQueue_refusedAndItsSenderTold_isReturned() {
    backends.answers.put("policy@p1", new Answer.MailboxTrouble(POLICY));
    after =
        new AfterAcceptance(
            Returned.USUAL, (_, _, _) -> Optional.empty(), Runnable::run, new MetricRegistry());
    attempt("policy@p1");
    assertThat(told()).containsExactly("policy@p1 returned " + POLICY.line());
  }

  private Map<String, Object> fields(int line) {
    Map<String, Object> fields = new java.util.HashMap<>();
    lines.list().get(line).getKeyValuePairs().forEach(pair -> fields.put(pair.key, pair.value));
    return fields;
  }

  private List<String> told() {
    return java.util.stream.IntStream.range(0, lines.list().size())
        .mapToObj(this::fields)
        .map(f -> f.get("to") + " " + f.get("status") + " " + f.get("reply"))
        .toList();
  }

  private List<String> relays() {
    return java.util.stream.IntStream.range(0, lines.list().size())
        .mapToObj(this::fields)
        .map(f -> f.get("to") + " " + f.get("relay"))
        .toList();
  }

  private static Recipient named(String address, String original) {
    return new Recipient(address, address, original, Map.of());
  }

  private static Envelope envelope() {
    return new Envelope("ID1", "from@x", Instant.EPOCH, "mx [192.0.2.1]", Map.of());
  }

  private static Recipient recipient(String address) {
    return new Recipient(address, address, "orig-" + address, Map.of());
  }

  private void send(Answering answering, String... recipients) {
    send(Duration.ofMinutes(1), answering, recipients);
  }

  private void send(Duration handOff, Answering answering, String... recipients) {
    send(handOff, answering, Arrays.stream(recipients).map(DeliveryLogTest::recipient).toList());
  }

  private void send(Answering answering, Recipient... recipients) {
    send(Duration.ofMinutes(1), answering, List.of(recipients));
  }

  private void send(Duration handOff, Answering answering, List<Recipient> recipients) {
    MessagePath path =
        new MessagePath(gate, queue, backends, new MemberTrust(), handOff, after, Runnable::run);
    var _ =
        path.message(envelope(), recipients, new OneOctet(), answering)
            .toCompletableFuture()
            .join();
  }

  private void attempt(String to) {
    Courier courier = new Courier(gate, backends, new MemberTrust(), after, Smarthost.none());
    courier.attempt(new Delivery(1, 0, envelope(), recipient(to), 1, 0), new OneOctet(), _ -> {});
  }

  private static final class OneOctet implements Inbound.Body {

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
      return this;
    }

    @Override
    public void release() {}
  }
}
