package org.holdfast.gateway.path;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;

/**
 * Where the queue's own notifications go when their recipient is nobody of our map. The map has no
 * say in it: such mail goes on while users, domains and pairs are on hold, and stops only when
 * everything is. Thread-safe.
 */
public final class Smarthost {

  /** Its name as a next hop. No pair can have it: theirs begin with a letter or digit. */
  public static final String NEXT_HOP = "@smarthost";

  /** Ends the name of a lane. No domain has such an end, so no mailbox's lane has, either. */
  private static final String LANE_END = ">smarthost";

  /** RCPT parameters of a notification: none about it (RFC 3461 section 6.1). */
  static final Map<String, String> NO_NOTIFICATION = Map.of("NOTIFY", "NEVER");

  private static final int PRIORITY = 0;

  private final AttemptLog attempts = new AttemptLog(System::nanoTime);
  private final @Nullable Member server;
  private final Transaction transaction;
  private final Supplier<Optional<String>> everythingHeld;

  /**
   * A configured one.
   *
   * @param transaction speaks SMTP
   * @param everythingHeld why nothing at all may go now; empty when it may
   */
  public Smarthost(
      Member server, Transaction transaction, Supplier<Optional<String>> everythingHeld) {
    this(transaction, everythingHeld, server);
  }

  private Smarthost(
      Transaction transaction, Supplier<Optional<String>> everythingHeld, @Nullable Member server) {
    this.server = server;
    this.transaction = transaction;
    this.everythingHeld = everythingHeld;
  }

  /** None is configured: what was stored for one before stays held. */
  public static Smarthost none() {
    Transaction nobody =
        (_, _, _, _, _) -> CompletableFuture.failedStage(new IllegalStateException("no smarthost"));
    return new Smarthost(nobody, Optional::empty, null);
  }

  boolean configured() {
    return server != null;
  }

  /** Whether mail in this lane goes to a smarthost, whatever the map says. */
  static boolean isLane(String lane) {
    return lane.endsWith(LANE_END);
  }

  /** The recipient of a notification that goes elsewhere. */
  static Recipient recipient(String address) {
    return new Recipient(address, address + LANE_END, address, NO_NOTIFICATION);
  }

  /** As {@link org.holdfast.holdqueue.NextHops#way} for each of its lanes. */
  Way way() {
    Member there = server;
    if (there == null) {
      return new Way.Shut(NEXT_HOP, "no delivery.smarthost is configured");
    }
    Optional<String> held = everythingHeld.get();
    return held.isPresent()
        ? new Way.Shut(NEXT_HOP, held.get())
        : new Way.Open(NEXT_HOP, there.name(), PRIORITY);
  }

  /** As {@link org.holdfast.holdqueue.NextHops#attempt}. */
  void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
    if (way() instanceof Way.Shut(String _, String why)) {
      done.accept(new Outcome.Shut(why));
      return;
    }
    Member there = Objects.requireNonNull(server);
    var _ =
        begun(there, delivery, content)
            .whenComplete((answers, failure) -> {
              Outcome outcome =
                  outcome(failure == null ? answers.getFirst() : Answers.attemptBroke(failure));
              attempts.ended(
                  delivery.envelope(), delivery.recipient(), there, outcome, outcome.reply());
              done.accept(outcome.at(new Outcome.Where(NEXT_HOP, there.name())));
            });
  }

  private CompletionStage<List<Answer>> begun(Member there, Delivery delivery, Content content) {
    try {
      return transaction.send(
          there,
          delivery.envelope(),
          List.of(delivery.recipient()),
          content,
          Transaction.Origin.QUEUE);
    } catch (RuntimeException e) { // the queue must hear of every attempt
      return CompletableFuture.failedStage(e);
    }
  }

  /**
   * As for a backend, but here a 5xx that says nothing about whose trouble it is ends the attempts:
   * a notification that nobody takes is for a person.
   */
  private static Outcome outcome(Answer answer) {
    boolean refused =
        answer instanceof Answer.OurTrouble trouble
            && trouble.reply().permanent()
            && !trouble.wholeMember();
    return refused ? new Outcome.Refused(answer.reply().line()) : Answers.outcome(answer);
  }
}
