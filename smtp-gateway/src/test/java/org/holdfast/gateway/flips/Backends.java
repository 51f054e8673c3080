package org.holdfast.gateway.flips;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.flips.Conductor.Stop;
import org.holdfast.gateway.flips.Ledger.Deal;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;

/**
 * Every backend, in this process: a transaction runs step by step on a thread of its own, and is
 * stopped and troubled as the conductor says. Thread-safe.
 */
final class Backends implements Transaction {

  private final Ledger ledger;
  private final Conductor conductor;
  private final boolean fromQueue;

  /**
   * @param fromQueue these transactions take mail out of lanes
   */
  Backends(Ledger ledger, Conductor conductor, boolean fromQueue) {
    this.ledger = ledger;
    this.conductor = conductor;
    this.fromQueue = fromQueue;
  }

  @Override
  public CompletionStage<List<Answer>> send(
      Member member,
      Envelope envelope,
      List<Recipient> recipients,
      Content content,
      Origin origin) {
    List<String> mailboxes = recipients.stream().map(Recipient::lane).toList();
    Deal deal =
        ledger.begin(envelope.id(), mailboxes, MapEntries.pairOf(member.name()), member.name());
    CompletableFuture<List<Answer>> answers = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("backend-" + envelope.id())
        .start(() -> {
          Answer answer = run(deal);
          answers.complete(Collections.nCopies(recipients.size(), answer));
        });
    return answers;
  }

  private Answer run(Deal deal) {
    Answer early = beforeTheDot(deal);
    if (early != null) {
      ledger.end(deal, false);
      return early;
    }
    Reaction reaction = at(deal, Point.DOT_SAID);
    if (reaction.stores()) {
      ledger.stored(deal);
    }
    if (!reaction.cuts() && at(deal, Point.REPLIED).cuts()) {
      reaction = reaction.stores() ? Reaction.CUT_AFTER_STORING : Reaction.CUT;
    }
    ledger.end(deal, reaction.cuts());
    return reaction.afterTheDot();
  }

  private @Nullable Answer beforeTheDot(Deal deal) {
    if (at(deal, Point.CONNECTED).cuts()) {
      return Reaction.cutEarly(true);
    }
    for (int i = 0; i < deal.mailboxes.size(); i++) {
      if (at(deal, Point.RCPT_SAID).cuts()) {
        return Reaction.cutEarly(false);
      }
    }
    return at(deal, Point.DOT_NEXT).cuts() ? Reaction.cutEarly(false) : null;
  }

  private Reaction at(Deal deal, Point point) {
    return conductor.reach(new Stop(deal.id, deal.mailboxes, point, fromQueue));
  }
}
