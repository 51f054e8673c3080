package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.routing.Location;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway dies after the notification was stored and before it is recorded that the mail is
 * gone: the sender may be told twice, and is told once at least.
 */
class ReturnAcrossACrashTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Reply POLICY = new Reply(550, "5.7.1", "no");
  private static final String ANN = "ann@far";

  @TempDir Path folder;
  private final ScriptedGate gate = new ScriptedGate();
  private final ScriptedBackends backends = new ScriptedBackends();
  private final ScriptedBackends smtp = new ScriptedBackends();

  @Test
  void crash_betweenNotificationAndRecord_leavesBoth_andTheSenderIsToldTwice() throws Exception {
    gate.gone.put(ANN, new Location.ForeignDomain("far"));
    backends.answers.put("bob@p1", new Answer.MailboxTrouble(POLICY));
    smtp.stalled.put(ANN, new CompletableFuture<>());
    CountDownLatch returned = new CountDownLatch(1);

    try (EmbeddedHoldQueue queue = open()) {
      queue.store(
          new Envelope("MAIL", ANN, Instant.EPOCH, "mx [192.0.2.1]", Map.of()),
          Returned.letter("Subject: x\r\n\r\n"),
          List.of(
              new Held(
                  new Recipient("bob@p1", "bob@p1", "bob@p1", Map.of()),
                  "p1",
                  Held.Entry.WAITING,
                  "",
                  null)));
      queue.start(new Dying(courier(queue, id -> "A" + id), returned));
      assertThat(returned.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      queue.stop(Duration.ZERO);
    }

    try (EmbeddedHoldQueue queue = open()) {
      assertThat(held(queue)).containsExactly("MAIL", "ADSN1");
      queue.start(courier(queue, id -> "B" + id));
      await().atMost(PATIENCE).until(() -> held(queue).equals(List.of("ADSN1", "BDSN1")));
      assertThat(backends.transactions).hasSize(2);
      queue.stop(Duration.ZERO);
    }
  }

  /** Loses the word that the mail is gone, as a crash would. */
  private record Dying(NextHops courier, CountDownLatch returned) implements NextHops {

    @Override
    public Way way(String lane) {
      return courier.way(lane);
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      courier.attempt(
          delivery,
          content,
          outcome -> {
            if (outcome instanceof Outcome.Returned) {
              returned.countDown();
            } else {
              done.accept(outcome);
            }
          });
    }
  }

  private EmbeddedHoldQueue open() throws IOException {
    DispatchLimits limits =
        DispatchLimits.defaults().with(20, 0, Duration.ofMillis(1), Duration.ofMillis(2));
    return EmbeddedHoldQueue.open(
        StoreSettings.in(folder).bounds(1L << 30, 0),
        limits,
        new RealDisk(),
        InstantSource.system());
  }

  private Courier courier(EmbeddedHoldQueue queue, UnaryOperator<String> ids) {
    Smarthost smarthost = new Smarthost(ScriptedGate.member("x@smart"), smtp, Optional::empty);
    AfterAcceptance after =
        Returned.with(
            gate, queue, smarthost, Returned.USUAL, ids, Runnable::run, new MetricRegistry());
    return new Courier(gate, backends, new MemberTrust(), after, smarthost);
  }

  private static List<String> held(EmbeddedHoldQueue queue) {
    return queue.list(QueueFilter.any(), null, 100).stream()
        .map(item -> item.delivery().envelope().id())
        .toList();
  }
}
