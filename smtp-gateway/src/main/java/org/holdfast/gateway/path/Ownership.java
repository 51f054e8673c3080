package org.holdfast.gateway.path;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;

/**
 * One message from the door that the queue may come to own. Attempts that were begun at the door
 * mean something to the queue only once it does: as long as the sender may keep the message, nobody
 * is told that it was refused.
 */
final class Ownership {

  private final Envelope envelope;
  private final Inbound.Body content;
  private final AfterAcceptance after;
  private final CompletableFuture<@Nullable Void> stored = new CompletableFuture<>();

  Ownership(Envelope envelope, Inbound.Body content, AfterAcceptance after) {
    this.envelope = envelope;
    this.content = content;
    this.after = after;
  }

  /** Whether the sender of the message is to be told of this refusal. */
  boolean wouldReturn(Recipient recipient, Answer answer) {
    return after.wouldReturn(envelope, recipient, answer);
  }

  /** What was said at the door, and why it is parked if it is: for the log. */
  String words(Recipient recipient, Answer answer) {
    return after.words(envelope, recipient, answer);
  }

  /** Whether the sender is to be told by us of deliveries that ended at the door. */
  boolean tellsOfSuccess(Fate[] fates, List<Recipient> recipients) {
    return IntStream.range(0, fates.length).anyMatch(i -> tells(fates[i], recipients.get(i)));
  }

  /**
   * Tells it. Blocks. Before the sender hears 250: after a crash in between it sends the message
   * again, and is told again.
   */
  void tellOfSuccess(Fate[] fates, List<Recipient> recipients) {
    for (int i = 0; i < fates.length; i++) {
      if (fates[i] instanceof Fate.Answered a && tells(a, recipients.get(i))) {
        after.tellOfSuccess(
            new AfterAcceptance.Attempted(envelope, recipients.get(i), content, a.member()),
            a.answer());
      }
    }
  }

  private boolean tells(Fate fate, Recipient recipient) {
    return fate instanceof Fate.Answered a
        && AfterAcceptance.tellsOfSuccess(envelope, recipient, a.answer());
  }

  /** What the queue hears of an attempt that began at the door, and may have ended there. */
  CompletionStage<Outcome> outcome(
      Recipient recipient, String pair, Member member, CompletionStage<Answer> answer) {
    var attempted = new AfterAcceptance.Attempted(envelope, recipient, content, member);
    CompletionStage<Outcome> outcome =
        stored
            .thenCompose(_ -> answer)
            .thenCompose(said -> after.outcome(attempted, said))
            .thenApply(ended -> ended.at(new Outcome.Where(pair, member.name())));
    if (!after.mayTell(envelope, recipient)) {
      return outcome;
    }
    content.retain();
    return outcome.whenComplete((_, _) -> content.release());
  }

  /** Said once it is known: the queue has it, or the sender keeps it. */
  void decided(boolean byTheQueue) {
    if (byTheQueue) {
      stored.complete(null);
    } else {
      stored.cancel(false);
    }
  }
}
