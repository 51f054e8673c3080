package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.path.HandOff.Permitted;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.UserState;
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
 * <p>Thread-safe. Each message runs on a virtual thread of its own; the caller is never blocked.
 */
public final class MessagePath implements Inbound {

  private static final Logger log = LoggerFactory.getLogger(MessagePath.class);

  private final Gatekeeper routing;
  private final Intake queue;
  private final HandOff handOff;
  private final MemberTrust trust;
  private final Turns turns = new Turns();
  private final Duration handOffTimeout;
  private final Executor threads;

  /**
   * @param handOffTimeout how long a sender waits for a backend before the message is stored
   *     instead
   * @param threads runs each message; one virtual thread a task
   */
  public MessagePath(
      Gatekeeper routing,
      Intake queue,
      Transaction transaction,
      MemberTrust trust,
      Duration handOffTimeout,
      Executor threads) {
    this.routing = routing;
    this.queue = queue;
    this.trust = trust;
    this.handOff = new HandOff(transaction, trust, handOffTimeout);
    this.handOffTimeout = handOffTimeout;
    this.threads = threads;
  }

  @Override
  public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    return CompletableFuture.supplyAsync(() -> rcpt(address, parameters), threads);
  }

  @Override
  public CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    return CompletableFuture.supplyAsync(
        () -> new Verdict(accept(envelope, recipients, content, answering)), threads);
  }

  private Answer rcpt(String address, Map<String, String> parameters) {
    try {
      return switch (routing.locate(address)) {
        case Location.Mailbox m when m.user().state() == UserState.CLOSED ->
            new Answer.Rejected(Replies.USER_CLOSED);
        case Location.Mailbox m ->
            new Answer.Accepted(
                new Recipient(m.deliverTo(), m.mailbox(), address, parameters),
                Replies.RECIPIENT_OK);
        case Location.UnknownUser u -> new Answer.Rejected(Replies.UNKNOWN_USER);
        case Location.ForeignDomain f -> new Answer.Rejected(Replies.NOT_SERVED);
      };
    } catch (MapUnavailableException e) {
      log.warn("RCPT {}: user map unavailable: {}", address, e.getMessage());
      return new Answer.Rejected(Replies.MAP_UNAVAILABLE);
    }
  }

  private List<Reply> accept(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    Fate[] fates = new Fate[recipients.size()];
    List<Permitted> permitted = new ArrayList<>();
    try {
      for (int i = 0; i < fates.length; i++) {
        fates[i] = ask(envelope, recipients, i, permitted);
      }
    } catch (MapUnavailableException e) {
      permitted.forEach(Permitted::over);
      log.warn("{}: user map unavailable: {}", envelope.id(), e.getMessage());
      return Telling.same(Replies.MAP_UNAVAILABLE, fates.length, answering);
    }
    Optional<Reply> noStore = queue.refusal().map(Replies::refusal);
    if (noStore.isPresent() && answering == Answering.ONCE && permitted.size() < fates.length) {
      // One reply must do for all: hand nothing off when the rest can't be stored, or the sender
      // would send everything twice.
      permitted.forEach(Permitted::over);
      return List.of(noStore.get());
    }
    handOff.deliver(envelope, permitted, content).forEach((i, fate) -> fates[i] = fate);
    Telling telling = Telling.of(fates, recipients, envelope.id(), answering);
    return telling.stored().isEmpty() ? telling.replies() : store(envelope, content, telling);
  }

  /**
   * One recipient: wait in line, then ask the gate. A {@link Fate.Pending} has been added to {@code
   * permitted}.
   */
  private Fate ask(Envelope envelope, List<Recipient> recipients, int i, List<Permitted> permitted)
      throws MapUnavailableException {
    String lane = recipients.get(i).lane();
    if (queue.hasBacklog(lane)) {
      return behind(lane, "mail for this mailbox is waiting ahead");
    }
    // Only a message with one recipient may wait here: with several, each would hold its turns
    // while it waits for the next.
    if (!turns.take(lane, recipients.size() == 1 ? handOffTimeout : Duration.ZERO)) {
      return behind(lane, "many deliveries to this mailbox at once");
    }
    Fate fate = null;
    try {
      fate = enter(envelope, recipients.get(i), i, permitted);
    } finally {
      if (!(fate instanceof Fate.Pending)) {
        turns.giveBack(lane);
      }
    }
    return fate;
  }

  private Fate enter(Envelope envelope, Recipient recipient, int i, List<Permitted> permitted)
      throws MapUnavailableException {
    String lane = recipient.lane();
    if (queue.hasBacklog(lane)) {
      return behind(lane, "mail for this mailbox is waiting ahead");
    }
    return switch (routing.enter(lane, envelope.id() + " from " + envelope.client())) {
      case Entry.Hold hold -> new Fate.OnHold(hold.pair(), hold.why());
      case Entry.Refuse refuse -> new Fate.Gone(refuse.location());
      case Entry.Go go when !trust.trusts(go.permit().member()) -> {
        go.permit().close();
        yield new Fate.OnHold(
            go.permit().pair(), "member " + go.permit().member().name() + " does not answer");
      }
      case Entry.Go go -> {
        permitted.add(new Permitted(i, recipient, go.permit(), () -> turns.giveBack(lane)));
        yield new Fate.Pending();
      }
    };
  }

  private Fate behind(String lane, String why) throws MapUnavailableException {
    return switch (routing.look(lane)) {
      case Entry.Go go -> new Fate.OnHold(go.permit().pair(), why);
      case Entry.Hold hold -> new Fate.OnHold(hold.pair(), hold.why());
      case Entry.Refuse refuse -> new Fate.Gone(refuse.location());
    };
  }

  private List<Reply> store(Envelope envelope, Body content, Telling telling) {
    try {
      queue.store(envelope, content, telling.stored());
      return telling.replies();
    } catch (StoreException e) {
      log.warn("{}: not stored, the sender keeps it: {}", envelope.id(), e.getMessage());
      return telling.withoutStore(Replies.refusal(e.why()));
    }
  }
}
