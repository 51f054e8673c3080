package org.holdfast.gateway.path;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.holdfast.gateway.path.Inbound.Answer;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.UserState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answer to RCPT: is there such a mailbox, and is it open? Thread-safe; never blocks. */
final class RecipientLookup {

  private static final Logger log = LoggerFactory.getLogger(MessagePath.class);

  private final Gatekeeper routing;
  private final Executor threads;

  /**
   * Asks this map.
   *
   * @param threads for what is not in memory; one virtual thread a task
   */
  RecipientLookup(Gatekeeper routing, Executor threads) {
    this.routing = routing;
    this.threads = threads;
  }

  /** As {@link Inbound#recipient}. */
  CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    return routing
        .locateAtOnce(address)
        .map(found -> CompletableFuture.completedFuture(answer(found, address, parameters)))
        .orElseGet(() -> CompletableFuture.supplyAsync(() -> asked(address, parameters), threads));
  }

  private Answer asked(String address, Map<String, String> parameters) {
    try {
      return answer(routing.locate(address), address, parameters);
    } catch (MapUnavailableException e) {
      log.warn("RCPT {}: user map unavailable: {}", address, e.getMessage());
      return new Answer.Rejected(Replies.MAP_UNAVAILABLE);
    }
  }

  private static Answer answer(Location found, String address, Map<String, String> parameters) {
    return switch (found) {
      case Location.Mailbox m when m.user().state() == UserState.CLOSED ->
          new Answer.Rejected(Replies.USER_CLOSED);
      case Location.Mailbox m ->
          new Answer.Accepted(
              new Recipient(m.deliverTo(), m.mailbox(), address, parameters), Replies.RECIPIENT_OK);
      case Location.UnknownUser u -> new Answer.Rejected(Replies.UNKNOWN_USER);
      case Location.ForeignDomain f -> new Answer.Rejected(Replies.NOT_SERVED);
    };
  }
}
