package org.holdfast.gateway.path;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * Counts what comes in and what goes out, both as deliveries (a message for three recipients is
 * three), so that the two can be compared: {@code holdfast.accepted} where a sender was told 250,
 * {@code holdfast.delivered} where a backend said 250. Thread-safe.
 */
public final class TrafficCounts {

  /** Name of the counter of what senders were told 250 for. */
  public static final String ACCEPTED = "holdfast.accepted";

  /** Name of the counter of what backends said 250 to. */
  public static final String DELIVERED = "holdfast.delivered";

  private final Counter accepted;
  private final Counter delivered;

  /** The counters stand in this registry. */
  public TrafficCounts(MetricRegistry counted) {
    this.accepted = counted.counter(ACCEPTED);
    this.delivered = counted.counter(DELIVERED);
  }

  /** Counts what is accepted by this path. */
  public Inbound in(Inbound path) {
    return new CountedIn(path);
  }

  /** Counts what is delivered by these transactions. */
  public Transaction out(Transaction transaction) {
    return (member, envelope, to, content, origin) ->
        transaction
            .send(member, envelope, to, content, origin)
            .whenComplete((answers, _) -> {
              if (answers != null) {
                delivered.inc(answers.stream().filter(TrafficCounts::isDelivered).count());
              }
            });
  }

  private static boolean isDelivered(Transaction.Answer answer) {
    return answer instanceof Transaction.Answer.Delivered;
  }

  private final class CountedIn implements Inbound {

    private final Inbound path;

    CountedIn(Inbound path) {
      this.path = path;
    }

    @Override
    public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
      return path.recipient(address, parameters);
    }

    @Override
    public CompletionStage<Verdict> message(
        Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
      return path.message(envelope, recipients, content, answering)
          .whenComplete((verdict, _) -> {
            if (verdict != null) {
              long said = verdict.replies().stream().filter(Reply::positive).count();
              accepted.inc(answering == Answering.ONCE ? said * recipients.size() : said);
            }
          });
    }
  }
}
