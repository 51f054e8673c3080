package org.holdfast.gateway.path;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Permit;

/**
 * The way out of the queue: asks the gate, takes a held delivery to the backend, and tells the
 * queue what became of it. Thread-safe.
 */
public final class Courier implements NextHops {

  private final Gatekeeper routing;
  private final Transaction transaction;
  private final MemberTrust trust;

  public Courier(Gatekeeper routing, Transaction transaction, MemberTrust trust) {
    this.routing = routing;
    this.transaction = transaction;
    this.trust = trust;
  }

  @Override
  public Way way(String lane) {
    try {
      return switch (routing.look(lane)) {
        case Entry.Go(Permit at) -> new Way.Open(at.pair(), at.member().name(), at.priority());
        case Entry.Hold hold -> new Way.Shut(hold.pair(), hold.why());
        case Entry.Refuse gone -> new Way.Shut("", Replies.gone(gone.location()).line());
      };
    } catch (MapUnavailableException e) {
      return new Way.Unknown("user map unavailable: " + e.getMessage());
    }
  }

  @Override
  public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
    Entry entry;
    try {
      entry = routing.enter(delivery.recipient().lane(), what(delivery));
    } catch (MapUnavailableException e) {
      done.accept(
          new Outcome.Deferred(Outcome.Scope.LANE, "user map unavailable: " + e.getMessage()));
      return;
    }
    switch (entry) {
      case Entry.Go go -> send(go.permit(), delivery, content, done);
      case Entry.Hold hold -> done.accept(new Outcome.Shut(hold.why()));
      case Entry.Refuse gone -> done.accept(new Outcome.Shut(Replies.gone(gone.location()).line()));
    }
  }

  /** What a permit is for, as who waits for a flip sees it. */
  private static String what(Delivery delivery) {
    return delivery.envelope().id() + " from " + delivery.envelope().client() + ", from the queue";
  }

  private void send(Permit permit, Delivery delivery, Content content, Consumer<Outcome> done) {
    var _ =
        begun(permit, delivery, content)
            .whenComplete((answers, failure) -> {
              Answer answer = failure == null ? answers.getFirst() : Answers.attemptBroke(failure);
              trust.learn(permit.member(), answer);
              permit.close();
              done.accept(Answers.outcome(answer));
            });
  }

  private CompletionStage<List<Answer>> begun(Permit permit, Delivery delivery, Content content) {
    try {
      return transaction.send(
          permit.member(),
          delivery.envelope(),
          List.of(delivery.recipient()),
          content,
          Transaction.Origin.QUEUE);
    } catch (RuntimeException e) { // a permit that stayed open would stop every flip
      return CompletableFuture.failedStage(e);
    }
  }
}
