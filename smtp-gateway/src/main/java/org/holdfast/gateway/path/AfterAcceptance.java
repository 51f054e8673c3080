package org.holdfast.gateway.path;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.holdfast.gateway.bounce.Action;
import org.holdfast.gateway.bounce.RefusalKind;
import org.holdfast.gateway.bounce.SenderWishes;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of mail that we had accepted and a backend refuses for good: it is parked for a
 * person, or its sender is told by a notification that travels through the queue like any mail.
 *
 * <pre>
 *   a 5xx about mailbox or message, believed? ── no ──▶ as {@link Answers} says
 *   delivery.on-refused: bounce? a sender who wants to hear of it, and whom we can reach? ── no ──▶ parked
 *   a member that takes mail, too ({@link RefusalStreaks})? ── no ──▶ parked
 *   store the notification ── fsync returned ──▶ returned: the mail leaves the queue
 *                          └─ it could not be ──▶ deferred: all of this again later
 * </pre>
 *
 * <p>A crash between the fsync and the record that the mail is gone leaves both: the mail is tried
 * once more and its sender may be told twice, never not at all. Thread-safe; never blocks the
 * caller.
 */
public final class AfterAcceptance {

  private static final Logger log = LoggerFactory.getLogger(AfterAcceptance.class);

  private volatile Set<RefusalKind> returnedKinds;
  private final Teller teller;
  private final Executor threads;
  private final RefusalStreaks streaks = new RefusalStreaks();
  private final AttemptLog attempts = new AttemptLog(System::nanoTime);
  private final Counter parked;
  private final Counter returned;
  private final Counter postponed;
  private final Counter delivered;
  private final Counter untold;

  /** Tells senders. May block. */
  interface Teller {

    /**
     * Returns when what tells the sender is on stable storage; or says why it never can be.
     *
     * @throws MapUnavailableException where the sender is cannot be known now
     * @throws IOException it could not be stored, or the message not be read
     */
    Optional<String> tell(Action action, Attempted attempted, Reply reply)
        throws MapUnavailableException, IOException;
  }

  /** An attempt for mail that the queue owns. */
  record Attempted(Envelope envelope, Recipient recipient, Content content, Member member) {}

  /**
   * The way after acceptance.
   *
   * @param returnedKinds what is returned to its sender; everything else is parked
   * @param threads may block; one virtual thread a task
   * @param counted gets {@code holdfast.refused.*} and {@code holdfast.notices.*}
   */
  public AfterAcceptance(
      Set<RefusalKind> returnedKinds,
      SenderNotices notices,
      Executor threads,
      MetricRegistry counted) {
    this(returnedKinds, (Teller) notices, threads, counted);
  }

  AfterAcceptance(
      Set<RefusalKind> returnedKinds, Teller teller, Executor threads, MetricRegistry counted) {
    this.returnedKinds = Set.copyOf(returnedKinds);
    this.teller = teller;
    this.threads = threads;
    this.parked = counted.counter("holdfast.refused.parked");
    this.returned = counted.counter("holdfast.refused.returned");
    this.postponed = counted.counter("holdfast.refused.postponed");
    this.delivered = counted.counter("holdfast.notices.delivered");
    this.untold = counted.counter("holdfast.notices.failed");
  }

  /** These are returned from now on, of what is refused from now on. */
  public void returns(Set<RefusalKind> kinds) {
    returnedKinds = Set.copyOf(kinds);
  }

  /** Parks whatever is refused for good. */
  static AfterAcceptance parksAll() {
    Teller nobody = (_, _, _) -> Optional.of("nobody is told");
    return new AfterAcceptance(Set.of(), nobody, Runnable::run, new MetricRegistry());
  }

  /** Whether its sender could be told something; what it costs to be ready is saved if not. */
  boolean mayTell(Envelope envelope, Recipient recipient) {
    boolean refusal = !returnedKinds.isEmpty() && SenderWishes.toldOfFailure(envelope, recipient);
    return refusal || SenderWishes.toldOfSuccess(envelope, recipient);
  }

  /** Whether the sender is to be told by us that this recipient has it. */
  static boolean tellsOfSuccess(Envelope envelope, Recipient recipient, Answer answer) {
    return answer instanceof Answer.Delivered delivered
        && !delivered.notifies()
        && SenderWishes.toldOfSuccess(envelope, recipient);
  }

  /**
   * Tells the sender that the recipient has it. May block. The mail is delivered whatever becomes
   * of this: it is tried once, and a failure is counted and logged.
   */
  void tellOfSuccess(Attempted attempted, Answer answer) {
    try {
      Optional<String> untold = teller.tell(Action.DELIVERED, attempted, answer.reply());
      if (untold.isEmpty()) {
        delivered.inc();
      } else {
        log.info(
            "{}: its sender is not told of success: {}", attempted.envelope().id(), untold.get());
      }
    } catch (MapUnavailableException | IOException | RuntimeException e) {
      untold.inc();
      log.warn("{}: its sender could not be told of success", attempted.envelope().id(), e);
    }
  }

  /** Whether this answer is a refusal to be returned, as far as that is known without asking. */
  boolean wouldReturn(Envelope envelope, Recipient recipient, Answer answer) {
    return Answers.outcome(answer) instanceof Outcome.Refused
        && whyParked(envelope, recipient, answer).isEmpty();
  }

  /** What was said, and for a refusal that is parked why it was not returned; for the log. */
  String words(Envelope envelope, Recipient recipient, Answer answer) {
    String said = answer.reply().line();
    return Answers.outcome(answer) instanceof Outcome.Refused
        ? whyParked(envelope, recipient, answer).map(why -> because(said, why)).orElse(said)
        : said;
  }

  private static String because(String said, String why) {
    return said + "; " + why;
  }

  /** Takes an answer into account, whoever asked. */
  void learn(Member member, Answer answer) {
    if (answer instanceof Answer.Delivered) {
      streaks.took(member);
    }
  }

  /**
   * How the attempt ended, as the queue is to hear it. The stage always completes normally; until
   * then the content must stay readable. The attempt itself is over: no permit is needed any more.
   */
  CompletionStage<Outcome> outcome(Attempted attempted, Answer answer) {
    learn(attempted.member(), answer);
    Outcome outcome = Answers.outcome(answer);
    if (tellsOfSuccess(attempted.envelope(), attempted.recipient(), answer)) {
      return success(attempted, answer, outcome);
    }
    if (!(outcome instanceof Outcome.Refused)) {
      logged(attempted, outcome, outcome.reply());
      return CompletableFuture.completedStage(outcome);
    }
    Optional<String> why =
        whyParked(attempted.envelope(), attempted.recipient(), answer)
            .or(() -> whyDoubted(attempted));
    if (why.isPresent()) {
      return CompletableFuture.completedStage(park(attempted, answer.reply(), why.get()));
    }
    try {
      return CompletableFuture.supplyAsync(() -> told(attempted, answer.reply()), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedStage(
          postpone(attempted, answer.reply(), "the gateway is stopping"));
    }
  }

  /** Told before the queue hears of the end: after a crash in between it is told twice. */
  private CompletionStage<Outcome> success(Attempted attempted, Answer answer, Outcome outcome) {
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            tellOfSuccess(attempted, answer);
            return outcome;
          },
          threads);
    } catch (RejectedExecutionException e) {
      untold.inc();
      log.warn("{}: stopping, its sender is not told of success", attempted.envelope().id());
      return CompletableFuture.completedStage(outcome);
    }
  }

  private Optional<String> whyParked(Envelope envelope, Recipient recipient, Answer answer) {
    if (!(answer instanceof Answer.MailboxTrouble)) {
      return Optional.of("not believed");
    }
    if (!returnedKinds.contains(RefusalKind.of(answer.reply()))) {
      return Optional.of("by delivery.on-refused");
    }
    return SenderWishes.toldOfFailure(envelope, recipient)
        ? Optional.empty()
        : Optional.of("the sender wants no notification");
  }

  private Optional<String> whyDoubted(Attempted attempted) {
    return streaks.mayReturn(attempted.member(), attempted.recipient().lane())
        ? Optional.empty()
        : Optional.of("the member refuses everybody");
  }

  private Outcome told(Attempted attempted, Reply reply) {
    try {
      Optional<String> why = teller.tell(Action.FAILED, attempted, reply);
      if (why.isPresent()) {
        return park(attempted, reply, why.get());
      }
      returned.inc();
      return logged(attempted, new Outcome.Returned(reply.line()), reply.line());
    } catch (MapUnavailableException | IOException e) {
      return postpone(attempted, reply, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) { // nothing is lost: a person sees it
      log.error("{}: a defect while its sender was told", attempted.envelope().id(), e);
      return park(attempted, reply, "a defect of the gateway");
    }
  }

  private Outcome park(Attempted attempted, Reply reply, String why) {
    parked.inc();
    return logged(attempted, new Outcome.Refused(reply.line()), because(reply.line(), why));
  }

  private Outcome logged(Attempted attempted, Outcome outcome, String words) {
    attempts.ended(attempted.envelope(), attempted.recipient(), attempted.member(), outcome, words);
    return outcome;
  }

  /** The refusal stands, but the sender could not be told: later, from the beginning. */
  private Outcome postpone(Attempted attempted, Reply reply, String why) {
    postponed.inc();
    log.warn("{}: its sender cannot be told yet: {}", attempted.envelope().id(), why);
    String words = reply.line() + " (the sender cannot be told yet: " + why + ")";
    return logged(attempted, new Outcome.Deferred(Outcome.Scope.LANE, words), words);
  }
}
