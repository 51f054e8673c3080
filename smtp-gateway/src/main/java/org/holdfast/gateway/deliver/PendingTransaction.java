package org.holdfast.gateway.deliver;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code send} and the answers found so far. Confined to the member's event loop, but
 * for {@link #stage}.
 */
final class PendingTransaction {

  final Envelope envelope;
  final List<Recipient> recipients;
  final Content content;
  final Transaction.Origin origin;

  /** Nanoseconds on the event loop's ticker. */
  final long deadline;

  final CompletableFuture<List<Answer>> stage = new CompletableFuture<>();
  private final @Nullable Answer[] answers;
  private boolean retried;

  PendingTransaction(
      Envelope envelope,
      List<Recipient> recipients,
      Content content,
      Transaction.Origin origin,
      long deadline) {
    this.envelope = envelope;
    this.recipients = List.copyOf(recipients);
    this.content = content;
    this.origin = origin;
    this.deadline = deadline;
    this.answers = new Answer[this.recipients.size()];
  }

  /** True the first time: a transaction is begun at most twice. */
  boolean mayRetry() {
    boolean may = !retried;
    retried = true;
    return may;
  }

  boolean isOpen(int recipient) {
    return answers[recipient] == null;
  }

  void answer(int recipient, Answer answer) {
    answers[recipient] = answer;
  }

  void answerOpen(Answer answer) {
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] == null) {
        answers[i] = answer;
      }
    }
  }

  /** Gives an answer to whoever has none and tells the caller. */
  void end(Answer answer) {
    answerOpen(answer);
    end();
  }

  /** Tells the caller; everybody has an answer. */
  void end() {
    List<Answer> all = new ArrayList<>(answers.length);
    for (Answer answer : answers) {
      all.add(Objects.requireNonNull(answer));
    }
    stage.complete(List.copyOf(all));
  }

  List<Answer> answered() {
    List<Answer> found = new ArrayList<>(answers.length);
    for (Answer answer : answers) {
      if (answer != null) {
        found.add(answer);
      }
    }
    return found;
  }
}
