package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.Test;

class TrafficCountsTest {

  private static final Reply YES = new Reply(250, "2.0.0", "OK");
  private static final Reply LATER = new Reply(451, "4.3.0", "later");

  private final MetricRegistry counted = new MetricRegistry();
  private final TrafficCounts traffic = new TrafficCounts(counted);
  private final Envelope envelope =
      new Envelope("Q1", "a@b.example", Instant.EPOCH, "mx", Map.of());

  private static Recipient to(String address) {
    return new Recipient(address, address, address, Map.of());
  }

  private static List<Recipient> three() {
    return List.of(to("a@example.com"), to("b@example.com"), to("c@example.com"));
  }

  private long accepted(Inbound.Answering answering, Reply... replies) {
    Inbound path = traffic.in(new Answering(new Inbound.Verdict(List.of(replies))));
    var _ = path.message(envelope, three(), new Nothing(), answering).toCompletableFuture().join();
    return counted.counter(TrafficCounts.ACCEPTED).getCount();
  }

  @Test
  void accepted_byOneReplyForAll_countsEveryRecipient() {
    assertThat(accepted(Inbound.Answering.ONCE, YES)).isEqualTo(3);
  }

  @Test
  void refused_byOneReplyForAll_countsNothing() {
    assertThat(accepted(Inbound.Answering.ONCE, LATER)).isZero();
  }

  @Test
  void accepted_byAReplyForEach_countsThoseWithYes() {
    assertThat(accepted(Inbound.Answering.EACH, YES, LATER, YES)).isEqualTo(2);
  }

  @Test
  void delivered_countsThoseThatTheBackendTook() {
    Transaction two =
        (_, _, _, _, _) ->
            CompletableFuture.completedFuture(
                List.of(
                    new Transaction.Answer.Delivered(YES),
                    new Transaction.Answer.OurTrouble(false, LATER),
                    new Transaction.Answer.Delivered(YES)));
    Member member = new Member("imap5", new HostPort("127.0.0.1", 24), null);
    var _ =
        traffic
            .out(two)
            .send(member, envelope, three(), new Nothing(), Transaction.Origin.DOOR)
            .toCompletableFuture()
            .join();
    assertThat(counted.counter(TrafficCounts.DELIVERED).getCount()).isEqualTo(2);
  }

  private record Nothing() implements Inbound.Body {

    @Override
    public Inbound.Body retain() {
      return this;
    }

    @Override
    public void release() {}

    @Override
    public long size() {
      return 0;
    }

    @Override
    public InputStream open() {
      return InputStream.nullInputStream();
    }
  }

  /** A path that always says the same. */
  private record Answering(Verdict verdict) implements Inbound {

    @Override
    public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
      return CompletableFuture.completedFuture(new Answer.Accepted(to(address), YES));
    }

    @Override
    public CompletionStage<Verdict> message(
        Envelope envelope, List<Recipient> to, Body content, Inbound.Answering answering) {
      return CompletableFuture.completedFuture(verdict);
    }
  }
}
