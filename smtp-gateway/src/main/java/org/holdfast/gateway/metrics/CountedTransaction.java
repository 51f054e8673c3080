package org.holdfast.gateway.metrics;

import com.codahale.metrics.Counter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;

/** Counts what became of each attempt, and times those that a member answered. Thread-safe. */
final class CountedTransaction implements Transaction {

  private final Transaction transaction;
  private final Traffic.PairNames pairs;
  private final Counts counts;
  private final Counter delivered;
  private final Timings times;
  private final LongSupplier nanos;

  CountedTransaction(
      Transaction transaction,
      Traffic.PairNames pairs,
      Counts counts,
      Timings times,
      LongSupplier nanos) {
    this.transaction = transaction;
    this.pairs = pairs;
    this.counts = counts;
    this.delivered = counts.registry().counter(Traffic.DELIVERED);
    this.times = times;
    this.nanos = nanos;
  }

  @Override
  public CompletionStage<List<Answer>> send(
      Member member, Envelope envelope, List<Recipient> recipients, Content content, Origin from) {
    long began = nanos.getAsLong();
    return transaction
        .send(member, envelope, recipients, content, from)
        .thenApply(answers -> {
          long took = nanos.getAsLong() - began;
          Traffic.aside(() -> count(member, answers, from, took));
          return answers;
        });
  }

  private void count(Member member, List<Answer> answers, Origin from, long took) {
    String pair = pairs.of(member);
    String origin = from.name().toLowerCase(Locale.ROOT);
    for (Answer answer : answers) {
      if (answer instanceof Answer.Delivered) {
        delivered.inc();
      }
      counts
          .of(
              Traffic.DELIVERIES,
              "pair",
              pair,
              "member",
              member.name(),
              "origin",
              origin,
              "outcome",
              word(answer))
          .inc();
    }
    if (answers.stream().anyMatch(CountedTransaction::isFromTheMember)) {
      times.took(took, pair, member.name());
    }
  }

  private static String word(Answer answer) {
    return switch (answer) {
      case Answer.Delivered _ -> "delivered";
      case Answer.MailboxTrouble trouble -> trouble.reply().permanent() ? "refused" : "postponed";
      case Answer.OurTrouble _ -> "trouble";
      case Answer.NotBelieved _ -> "not_believed";
      case Answer.Uncertain _ -> "uncertain";
    };
  }

  private static boolean isFromTheMember(Answer answer) {
    return !(answer instanceof Answer.OurTrouble || answer instanceof Answer.Uncertain);
  }
}
