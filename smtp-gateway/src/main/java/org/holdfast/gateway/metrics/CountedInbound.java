package org.holdfast.gateway.metrics;

import com.codahale.metrics.Counter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/** Counts what a door was asked and what it said. Thread-safe. */
final class CountedInbound implements Inbound {

  private static final String ACCEPTED = "accepted";

  private final Inbound path;
  private final String door;
  private final Counts counts;
  private final Counter accepted;
  private final Timings answers;
  private final LongSupplier nanos;

  CountedInbound(Inbound path, String door, Counts counts, Timings answers, LongSupplier nanos) {
    this.path = path;
    this.door = door;
    this.counts = counts;
    this.accepted = counts.registry().counter(Traffic.ACCEPTED);
    this.answers = answers;
    this.nanos = nanos;
  }

  @Override
  public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    return path.recipient(address, parameters)
        .thenApply(answer -> {
          Traffic.aside(() -> count(answer));
          return answer;
        });
  }

  @Override
  public CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    long began = nanos.getAsLong();
    long size = content.size();
    return path.message(envelope, recipients, content, answering)
        .thenApply(verdict -> {
          long took = nanos.getAsLong() - began;
          Traffic.aside(() -> {
            count(verdict, size, took);
            accepted.inc(deliveries(verdict.replies(), recipients.size(), answering));
          });
          return verdict;
        });
  }

  private void count(Answer answer) {
    String result = answer instanceof Answer.Rejected(Reply reply) ? word(reply) : ACCEPTED;
    counts.of(Traffic.RECIPIENTS, "door", door, "result", result).inc();
  }

  private void count(Verdict verdict, long size, long took) {
    answers.took(took, door);
    String result = word(verdict.replies());
    counts.of(Traffic.MESSAGES, "door", door, "result", result).inc();
    if (result.equals(ACCEPTED)) {
      counts.of(Traffic.MESSAGE_BYTES, "door", door).inc(size);
    }
  }

  private static long deliveries(List<Reply> replies, int recipients, Answering answering) {
    long said = replies.stream().filter(Reply::positive).count();
    return answering == Answering.ONCE ? said * recipients : said;
  }

  /** Accepted for one is accepted; refused for all, and not one asked to come again, is refused. */
  private static String word(List<Reply> replies) {
    if (replies.stream().anyMatch(Reply::positive)) {
      return ACCEPTED;
    }
    return word(replies.stream().filter(Reply::temporary).findFirst().orElse(replies.getFirst()));
  }

  private static String word(Reply reply) {
    return reply.positive() ? ACCEPTED : reply.permanent() ? "refused" : "postponed";
  }
}
