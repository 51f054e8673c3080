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
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;

/**
 * The way out of the queue: asks the gate, takes a held delivery to the backend, and tells the
 * queue what became of it. Thread-safe.
 */
public final class Courier implements NextHops {

  private final Gatekeeper routing;
  private final Transaction transaction;
  private final MemberTrust trust;
  private final AfterAcceptance after;
  private final Smarthost smarthost;

  /**
   * The way out.
   *
   * @param after decides about what is refused for good
   * @param smarthost takes what is for nobody of the map
   */
  public Courier(
      Gatekeeper routing,
      Transaction transaction,
      MemberTrust trust,
      AfterAcceptance after,
      Smarthost smarthost) {
    this.routing = routing;
    this.transaction = transaction;
    this.trust = trust;
    this.after = after;
    this.smarthost = smarthost;
  }

  /** One that parks whatever is refused for good. */
  public Courier(Gatekeeper routing, Transaction transaction, MemberTrust trust) {
    this(routing, transaction, trust, AfterAcceptance.parksAll(), Smarthost.none());
  }

  @Override
  public Way way(String lane) {
    if (Smarthost.isLane(lane)) {
      return smarthost.way();
    }
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
    if (Smarthost.isLane(delivery.recipient().lane())) {
      smarthost.attempt(delivery, content, done);
      return;
    }
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
              Answer said = failure == null ? answers.getFirst() : Answers.attemptBroke(failure);
              Answer answer = trust.weigh(permit, delivery.envelope().id(), said);
              permit.close();
              Outcome.Where where = new Outcome.Where(permit.pair(), permit.member().name());
              var _ =
                  outcome(permit.member(), delivery, content, answer)
                      .thenAccept(ended -> done.accept(ended.at(where)));
            });
  }

  private CompletionStage<Outcome> outcome(
      Member member, Delivery delivery, Content content, Answer answer) {
    var attempted =
        new AfterAcceptance.Attempted(delivery.envelope(), delivery.recipient(), content, member);
    return after.outcome(attempted, answer);
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
