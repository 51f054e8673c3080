package org.holdfast.gateway.metrics;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.function.LongSupplier;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.routing.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counts and times of the mail that goes through, by door and by member. Made once; {@link
 * #counted} puts the counting around a door's path and around the way out. Thread-safe.
 */
public final class Traffic {

  /** Deliveries that senders were told 250 for: a message for three recipients is three. */
  public static final String ACCEPTED = "holdfast.accepted";

  /** Deliveries that backends said 250 to, straight or from the queue. */
  public static final String DELIVERED = "holdfast.delivered";

  static final String RECIPIENTS = "holdfast_recipients";
  static final String MESSAGES = "holdfast_messages";
  static final String MESSAGE_BYTES = "holdfast_message_bytes";
  static final String DELIVERIES = "holdfast_deliveries";

  /** What each of the counters counts. */
  public static final Map<String, String> HELP =
      Map.of(
          RECIPIENTS, "Answers to RCPT",
          MESSAGES, "Answers after the end of data",
          MESSAGE_BYTES, "Octets of messages that got 250",
          DELIVERIES, "Attempts at backends, one for each recipient");

  private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);

  private final Counts counts;
  private final LongSupplier nanos;
  private final Timings answers;
  private final Timings transactions;

  /**
   * Counts and times there.
   *
   * @param nanos a clock such as {@link System#nanoTime}
   */
  public Traffic(Counts counts, PrometheusRegistry registry, LongSupplier nanos) {
    this.counts = counts;
    this.nanos = nanos;
    this.answers =
        Timings.in(
            registry,
            "holdfast_answer_seconds",
            "From the end of data to the answer: what the sender waits",
            "door");
    this.transactions =
        Timings.in(
            registry,
            "holdfast_transaction_seconds",
            "From the beginning of a transaction with a backend to its answer, waiting for a"
                + " connection included",
            "pair",
            "member");
  }

  /** The same path, counted under this door's name. */
  public Inbound counted(Inbound path, String door) {
    return new CountedInbound(path, door, counts, answers, nanos);
  }

  /**
   * The same way out, counted by pair and member.
   *
   * @param pairs knows whose member it is
   */
  public Transaction counted(Transaction transaction, PairNames pairs) {
    return new CountedTransaction(transaction, pairs, counts, transactions, nanos);
  }

  /**
   * Counts, and whatever becomes of that changes no answer: a "250" of a backend that became a
   * failure here would have the mail delivered once more.
   */
  static void aside(Runnable counting) {
    try {
      counting.run();
    } catch (RuntimeException e) {
      LOG.warn("something was not counted; mail is not touched by that", e);
    }
  }

  /** Whose member is it? */
  @FunctionalInterface
  public interface PairNames {
    /** The pair's name; never blocks. */
    String of(Member member);
  }
}
