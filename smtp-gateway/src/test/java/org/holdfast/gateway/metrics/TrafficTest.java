package org.holdfast.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.Test;

class TrafficTest {

  private static final Reply TAKEN = new Reply(250, "2.0.0", "taken");
  private static final Reply LATER = new Reply(451, "4.3.0", "later");
  private static final Reply NEVER = new Reply(550, "5.1.1", "never");
  private static final Envelope ENVELOPE =
      new Envelope("q1", "a@b.c", Instant.EPOCH, "c", Map.of());
  private static final Member MEMBER = new Member("m1", new HostPort("127.0.0.1", 24), null);

  private final AtomicLong nanos = new AtomicLong();
  private final MetricRegistry counted = new MetricRegistry();
  private final PrometheusRegistry timed = new PrometheusRegistry();
  private final Traffic traffic = new Traffic(new Counts(counted), timed, nanos::get);

  private long count(String series) {
    return counted.counter(series).getCount();
  }

  private double timed(String name) {
    return Numbers.of(timed.scrape()).getOrDefault(name, -1.0);
  }

  /** Takes 20 ms to say this. */
  private Inbound door(Reply... replies) {
    Inbound path =
        new Inbound() {
          @Override
          public CompletionStage<Inbound.Answer> recipient(
              String address, Map<String, String> parameters) {
            Recipient found = new Recipient(address, address, address, Map.of());
            return CompletableFuture.completedFuture(
                replies[0].positive()
                    ? new Inbound.Answer.Accepted(found, replies[0])
                    : new Inbound.Answer.Rejected(replies[0]));
          }

          @Override
          public CompletionStage<Verdict> message(
              Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(20));
            return CompletableFuture.completedFuture(new Verdict(List.of(replies)));
          }
        };
    return traffic.counted(path, "smtp");
  }

  private static void message(Inbound door) {
    message(door, Inbound.Answering.EACH);
  }

  private static void message(Inbound door, Inbound.Answering answering) {
    Recipient ann = new Recipient("ann@b.c", "ann@b.c", "ann@b.c", Map.of());
    Recipient bob = new Recipient("bob@b.c", "bob@b.c", "bob@b.c", Map.of());
    door.message(ENVELOPE, List.of(ann, bob), new Letter(100), answering);
  }

  @Test
  void accepted_isCountedByDelivery() {
    message(door(TAKEN), Inbound.Answering.ONCE);
    assertThat(count(Traffic.ACCEPTED)).isEqualTo(2);
    message(door(NEVER), Inbound.Answering.ONCE);
    message(door(NEVER, TAKEN));
    assertThat(count(Traffic.ACCEPTED)).isEqualTo(3);
  }

  @Test
  void messages_areCountedByTheirAnswers_andOnlyAcceptedOctets() {
    message(door(TAKEN));
    message(door(NEVER, TAKEN));
    message(door(NEVER, LATER));
    message(door(NEVER, NEVER));
    assertThat(count("holdfast_messages{door=\"smtp\",result=\"accepted\"}")).isEqualTo(2);
    assertThat(count("holdfast_messages{door=\"smtp\",result=\"postponed\"}")).isEqualTo(1);
    assertThat(count("holdfast_messages{door=\"smtp\",result=\"refused\"}")).isEqualTo(1);
    assertThat(count("holdfast_message_bytes{door=\"smtp\"}")).isEqualTo(200);
    assertThat(timed("holdfast_answer_seconds_count{door=\"smtp\"}")).isEqualTo(4);
    assertThat(timed("holdfast_answer_seconds_bucket{door=\"smtp\",le=\"0.025\"}")).isEqualTo(4);
    assertThat(timed("holdfast_answer_seconds_bucket{door=\"smtp\",le=\"0.01\"}")).isZero();
  }

  @Test
  void recipients_areCountedByTheirAnswers() {
    door(TAKEN).recipient("a@b.c", Map.of());
    door(NEVER).recipient("a@b.c", Map.of());
    door(LATER).recipient("a@b.c", Map.of());
    assertThat(count("holdfast_recipients{door=\"smtp\",result=\"accepted\"}")).isEqualTo(1);
    assertThat(count("holdfast_recipients{door=\"smtp\",result=\"refused\"}")).isEqualTo(1);
    assertThat(count("holdfast_recipients{door=\"smtp\",result=\"postponed\"}")).isEqualTo(1);
  }

  private void attempt(Transaction.Origin origin, Transaction.Answer... answers) {
    Transaction out =
        (member, envelope, recipients, content, from) -> {
          nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
          return CompletableFuture.completedFuture(List.of(answers));
        };
    traffic.counted(out, member -> "p0").send(MEMBER, ENVELOPE, List.of(), new Letter(1), origin);
  }

  private long outcome(String origin, String word) {
    return count(
        "holdfast_deliveries{pair=\"p0\",member=\"m1\",origin=\"%s\",outcome=\"%s\"}"
            .formatted(origin, word));
  }

  @Test
  void attempts_areCountedByPairMemberOriginAndOutcome() {
    attempt(
        Transaction.Origin.DOOR,
        new Transaction.Answer.Delivered(TAKEN),
        new Transaction.Answer.MailboxTrouble(NEVER));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.Delivered(TAKEN));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.MailboxTrouble(LATER));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.NotBelieved(NEVER));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.OurTrouble(true, LATER));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.Uncertain(LATER));
    assertThat(count(Traffic.DELIVERED)).isEqualTo(2);
    assertThat(outcome("door", "delivered")).isEqualTo(1);
    assertThat(outcome("door", "refused")).isEqualTo(1);
    for (String word : List.of("delivered", "postponed", "not_believed", "trouble", "uncertain")) {
      assertThat(outcome("queue", word)).as(word).isEqualTo(1);
    }
  }

  @Test
  void attempts_thatTheMemberDidNotAnswer_sayNothingOfItsSpeed() {
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.OurTrouble(true, LATER));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.Uncertain(LATER));
    attempt(Transaction.Origin.QUEUE, new Transaction.Answer.MailboxTrouble(LATER));
    assertThat(timed("holdfast_transaction_seconds_count{member=\"m1\",pair=\"p0\"}")).isEqualTo(1);
    assertThat(timed("holdfast_transaction_seconds_sum{member=\"m1\",pair=\"p0\"}")).isEqualTo(2.0);
  }

  @Test
  void attempt_thatCannotBeCounted_keepsItsAnswer() {
    Transaction out =
        (member, envelope, recipients, content, from) ->
            CompletableFuture.completedFuture(List.of(new Transaction.Answer.Delivered(TAKEN)));
    Traffic.PairNames closed =
        member -> {
          throw new IllegalStateException("the map is closed");
        };
    assertThat(
            traffic
                .counted(out, closed)
                .send(MEMBER, ENVELOPE, List.of(), new Letter(1), Transaction.Origin.QUEUE))
        .isCompletedWithValue(List.of(new Transaction.Answer.Delivered(TAKEN)));
  }

  private record Letter(long size) implements Inbound.Body, Content {
    @Override
    public InputStream open() {
      return new ByteArrayInputStream(new byte[(int) size]);
    }

    @Override
    public Inbound.Body retain() {
      return this;
    }

    @Override
    public void release() {}
  }
}
