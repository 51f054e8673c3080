package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.path.HandOff.Permitted;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to one message, from the end of data to the answer. {@link #accept} is the picture
 * of {@code docs/architecture.md} as code:
 *
 * <pre>
 *   for each recipient: mail waiting ahead? ── yes ─▶ hold
 *                       gate ── permit ─▶ hand off ── delivered, or the mailbox's own trouble ─▶ the sender hears it
 *                            └─ hold ─▶ hold        └─ our trouble, or still open ─▶ hold
 *   whatever is to be held: one durable append, then 250
 * </pre>
 *
 * <p>Thread-safe; the caller is never blocked. A message runs on a virtual thread of its own, but
 * for the most frequent kind, whose way needs neither the disk nor a wait that would hold a thread:
 * one recipient, known in memory, with a permit. That one goes {@link #straight}.
 */
public final class MessagePath implements Inbound, Foresight {

  private static final String AHEAD = "mail for this mailbox is waiting ahead";

  private static final Logger log = LoggerFactory.getLogger(MessagePath.class);

  private final Gatekeeper routing;
  private final Intake queue;
  private final RecipientLookup lookup;
  private final HandOff handOff;
  private final MemberTrust trust;
  private final Turns turns;
  private volatile Duration handOffTimeout;
  private final AfterAcceptance after;
  private final Executor threads;

  /**
   * @param handOffTimeout how long a sender waits for a backend before the message is stored
   *     instead
   * @param after decides about what is refused for good once the queue owns it
   * @param threads runs each message; one virtual thread a task
   */
  public MessagePath(
      Gatekeeper routing,
      Intake queue,
      Transaction transaction,
      MemberTrust trust,
      Duration handOffTimeout,
      AfterAcceptance after,
      Executor threads) {
    this(routing, queue, transaction, trust, handOffTimeout, after, threads, HandOff.timer());
  }

  /**
   * The same with a timer of the caller's.
   *
   * @param timer ends waits; its tasks are short and never block
   */
  MessagePath(
      Gatekeeper routing,
      Intake queue,
      Transaction transaction,
      MemberTrust trust,
      Duration handOffTimeout,
      AfterAcceptance after,
      Executor threads,
      ScheduledExecutorService timer) {
    this.routing = routing;
    this.lookup = new RecipientLookup(routing, threads);
    this.queue = queue;
    this.trust = trust;
    this.turns = new Turns(timer);
    this.handOff = new HandOff(transaction, trust, after, handOffTimeout, timer);
    this.handOffTimeout = handOffTimeout;
    this.after = after;
    this.threads = threads;
  }

  /** One that parks whatever is refused for good. */
  public MessagePath(
      Gatekeeper routing,
      Intake queue,
      Transaction transaction,
      MemberTrust trust,
      Duration handOffTimeout,
      Executor threads) {
    this(routing, queue, transaction, trust, handOffTimeout, AfterAcceptance.parksAll(), threads);
  }

  /** Senders wait so long from now on; who waits already waits as long as was said. */
  public void handOffTimeout(Duration other) {
    handOffTimeout = other;
    handOff.timeout(other);
  }

  @Override
  public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    return lookup.recipient(address, parameters);
  }

  @Override
  public CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    FinalRecipients all = FinalRecipients.of(recipients);
    CompletableFuture<Verdict> verdict =
        take(new Message(envelope, all.once(), content, answering));
    return all.differ()
        ? verdict
        : verdict.thenApply(told -> all.verdict(told, envelope, answering));
  }

  private CompletableFuture<Verdict> take(Message message) {
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    // Only a message with one recipient may wait in line: with several, each would hold its turns
    // while it waits for the next.
    if (message.recipients().size() > 1 || queue.hasBacklog(message.lane())) {
      onThread(verdict, () -> accept(message, false, verdict), () -> kept(message, verdict));
    } else {
      turns.take(message.lane(), handOffTimeout, turn -> begin(message, turn, verdict));
    }
    return verdict;
  }

  private record Message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {

    /** The only recipient's, or the first one's. */
    String lane() {
      return recipients.getFirst().lane();
    }

    /** What a permit is for, as who waits for a flip sees it. */
    String what() {
      return envelope.id() + " from " + envelope.client();
    }
  }

  /**
   * Whatever goes wrong, the sender must not wait for ever.
   *
   * @param stopping is run instead when the gateway begins nothing new any more
   */
  private void onThread(CompletableFuture<Verdict> verdict, Runnable work, Runnable stopping) {
    try {
      threads.execute(() -> {
        try {
          work.run();
        } catch (RuntimeException | Error e) {
          verdict.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException _) {
      stopping.run();
    }
  }

  /** The gateway is stopping: the sender keeps it, and sends it again. */
  private static void kept(Message message, CompletableFuture<Verdict> verdict) {
    log.info("{}: the gateway is stopping, the sender keeps it", message.envelope().id());
    int recipients = message.recipients().size();
    verdict.complete(
        new Verdict(Telling.same(Replies.SHUTTING_DOWN, recipients, message.answering())));
  }

  // ---- one recipient, straight to its backend; nothing here may block

  private void begin(Message message, boolean turn, CompletableFuture<Verdict> verdict) {
    Permit permit;
    try {
      permit = turn ? permitAtOnce(message) : null;
    } catch (
        RuntimeException e) { // the turn would stay taken, and on who gave it back it would fall
      log.error("{}: a defect while asking the gate", message.envelope().id(), e);
      permit = null;
    }
    if (permit == null) {
      onThread(
          verdict,
          () -> accept(message, turn, verdict),
          () -> {
            if (turn) {
              turns.giveBack(message.lane());
            }
            kept(message, verdict);
          });
    } else {
      straight(message, permit, verdict);
    }
  }

  private @Nullable Permit permitAtOnce(Message message) {
    if (queue.hasBacklog(message.lane())
        || !(routing.enterAtOnce(message.lane(), message.what()).orElse(null)
            instanceof Entry.Go(Permit permit))) {
      return null;
    }
    if (trust.trusts(permit.member())) {
      return permit;
    }
    permit.close();
    return null;
  }

  private void straight(Message message, Permit permit, CompletableFuture<Verdict> verdict) {
    Recipient recipient = message.recipients().getFirst();
    Runnable over = () -> turns.giveBack(message.lane());
    Permitted permitted = new Permitted(0, recipient, permit, over);
    var _ =
        handOff
            .deliver(message.envelope(), List.of(permitted), message.content())
            .whenComplete((fates, failure) -> told(message, new Fate[1], fates, failure, verdict));
  }

  private Ownership owned(Message message) {
    return new Ownership(message.envelope(), message.content(), after);
  }

  private static Telling telling(Message message, Fate[] fates, Ownership owned) {
    return Telling.of(
        fates, message.recipients(), message.envelope().id(), message.answering(), owned);
  }

  // ---- every other message, on a thread of its own

  /**
   * The whole way.
   *
   * @param turn the only recipient has its turn already; otherwise recipients take one if it is
   *     free
   */
  private void accept(Message message, boolean turn, CompletableFuture<Verdict> verdict) {
    Envelope envelope = message.envelope();
    Answering answering = message.answering();
    Fate[] fates = new Fate[message.recipients().size()];
    List<Permitted> permitted = new ArrayList<>();
    try {
      for (int i = 0; i < fates.length; i++) {
        fates[i] = ask(message, i, turn, permitted);
      }
    } catch (MapUnavailableException e) {
      permitted.forEach(Permitted::over);
      log.warn("{}: user map unavailable: {}", envelope.id(), e.getMessage());
      verdict.complete(new Verdict(Telling.same(Replies.MAP_UNAVAILABLE, fates.length, answering)));
      return;
    } catch (RuntimeException e) { // permits that stayed open would stop every flip
      permitted.forEach(Permitted::over);
      throw e;
    }
    Optional<Reply> noStore = queue.refusal(message.content().size()).map(Replies::refusal);
    if (noStore.isPresent() && answering == Answering.ONCE && permitted.size() < fates.length) {
      // One reply must do for all: hand nothing off when the rest can't be stored, or the sender
      // would send everything twice.
      permitted.forEach(Permitted::over);
      verdict.complete(new Verdict(List.of(noStore.get())));
      return;
    }
    if (permitted.isEmpty()) {
      tell(message, fates, verdict, true);
      return;
    }
    var _ =
        handOff
            .deliver(envelope, permitted, message.content())
            .whenComplete((ended, failure) -> told(message, fates, ended, failure, verdict));
  }

  /** The hand-off is over; on whatever thread that was noticed. */
  private void told(
      Message message,
      Fate[] fates,
      @Nullable Map<Integer, Fate> ended,
      @Nullable Throwable failure,
      CompletableFuture<Verdict> verdict) {
    if (ended == null) {
      verdict.completeExceptionally(
          failure == null ? new IllegalStateException("no fate") : failure);
      return;
    }
    try {
      ended.forEach((i, fate) -> fates[i] = fate);
      tell(message, fates, verdict, false);
    } catch (RuntimeException | Error e) { // nobody looks at the stage that this runs in
      verdict.completeExceptionally(e);
    }
  }

  /**
   * Every fate is known.
   *
   * @param mayBlock whether this thread may
   */
  private void tell(
      Message message, Fate[] fates, CompletableFuture<Verdict> verdict, boolean mayBlock) {
    Ownership owned = owned(message);
    if (owned.tellsOfSuccess(fates, message.recipients())) {
      onThread(
          verdict,
          () -> {
            owned.tellOfSuccess(fates, message.recipients());
            tell(message, fates, owned, verdict, true);
          },
          () -> {
            log.warn("{}: stopping, its sender is not told of success", message.envelope().id());
            tell(message, fates, owned, verdict, false);
          });
    } else {
      tell(message, fates, owned, verdict, mayBlock);
    }
  }

  private void tell(
      Message message,
      Fate[] fates,
      Ownership owned,
      CompletableFuture<Verdict> verdict,
      boolean mayBlock) {
    Telling telling = telling(message, fates, owned);
    DeliveryLog.atTheDoor(message.envelope(), message.recipients(), fates, telling);
    if (telling.kept().isEmpty()) {
      verdict.complete(new Verdict(telling.replies()));
    } else if (mayBlock) {
      store(message, telling, owned, verdict);
    } else {
      onThread(
          verdict,
          () -> store(message, telling, owned, verdict),
          () -> {
            log.info("{}: the gateway is stopping, the sender keeps it", message.envelope().id());
            owned.decided(false);
            verdict.complete(new Verdict(telling.withoutStore(Replies.SHUTTING_DOWN)));
          });
    }
  }

  /**
   * One recipient: a turn, then the gate. A {@link Fate.Pending} has been added to {@code
   * permitted}.
   */
  private Fate ask(Message message, int i, boolean turn, List<Permitted> permitted)
      throws MapUnavailableException {
    String lane = message.recipients().get(i).lane();
    if (!turn) {
      if (queue.hasBacklog(lane)) {
        return behind(lane, AHEAD);
      }
      if (!turns.takeNow(lane)) {
        return behind(lane, "many deliveries to this mailbox at once");
      }
    }
    Fate fate = null;
    try {
      fate = enter(message, i, permitted);
    } finally {
      if (!(fate instanceof Fate.Pending)) {
        turns.giveBack(lane);
      }
    }
    return fate;
  }

  private Fate enter(Message message, int i, List<Permitted> permitted)
      throws MapUnavailableException {
    Recipient recipient = message.recipients().get(i);
    String lane = recipient.lane();
    if (queue.hasBacklog(lane)) {
      return behind(lane, AHEAD);
    }
    return switch (routing.enter(lane, message.what())) {
      case Entry.Hold hold -> new Fate.OnHold(hold.pair(), hold.why());
      case Entry.Refuse refuse -> new Fate.Gone(refuse.location());
      case Entry.Go go when !trust.trusts(go.permit().member()) -> {
        go.permit().close();
        yield new Fate.OnHold(go.permit().pair(), doubted(go.permit().member()));
      }
      case Entry.Go go -> {
        permitted.add(new Permitted(i, recipient, go.permit(), () -> turns.giveBack(lane)));
        yield new Fate.Pending();
      }
    };
  }

  private static String doubted(Member member) {
    return "member " + member.name() + " does not answer";
  }

  /** As {@link #ask} and {@link #enter} decide, and {@link #store} after them. */
  @Override
  public Outlook outlook(String lane) throws MapUnavailableException {
    return switch (routing.look(lane)) {
      case Entry.Refuse refuse -> new Outlook.Refused(Replies.gone(refuse.location()));
      case Entry.Hold hold -> stored(hold.pair(), hold.why());
      case Entry.Go go when queue.hasBacklog(lane) -> stored(go.permit().pair(), AHEAD);
      case Entry.Go go when !trust.trusts(go.permit().member()) ->
          stored(go.permit().pair(), doubted(go.permit().member()));
      case Entry.Go go -> new Outlook.HandedOff(go.permit().pair(), go.permit().member());
    };
  }

  private Outlook stored(String pair, String why) {
    return queue
        .refusal(0)
        .<Outlook>map(cause -> new Outlook.NotStored(pair, why, Replies.refusal(cause)))
        .orElseGet(() -> new Outlook.Held(pair, why));
  }

  private Fate behind(String lane, String why) throws MapUnavailableException {
    return switch (routing.look(lane)) {
      case Entry.Go go -> new Fate.OnHold(go.permit().pair(), why);
      case Entry.Hold hold -> new Fate.OnHold(hold.pair(), hold.why());
      case Entry.Refuse refuse -> new Fate.Gone(refuse.location());
    };
  }

  private void store(
      Message message, Telling telling, Ownership owned, CompletableFuture<Verdict> verdict) {
    List<Reply> replies;
    boolean stored = false;
    try {
      queue.store(message.envelope(), message.content(), telling.stored());
      stored = true;
      DeliveryLog.stored(message.envelope(), telling.kept());
      replies = telling.replies();
    } catch (StoreException e) {
      log.warn("{}: not stored, the sender keeps it: {}", message.envelope().id(), e.getMessage());
      Reply told = Replies.refusal(e.why());
      replies = telling.withoutStore(told);
      if (message.answering() == Answering.EACH) {
        DeliveryLog.notStored(message.envelope(), telling.kept(), told);
      }
    } finally {
      owned.decided(stored); // whatever was to be told or let go is, when the sender hears it
    }
    verdict.complete(new Verdict(replies));
  }
}
