package org.holdfast.gateway.path;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.holdfast.gateway.bounce.Action;
import org.holdfast.gateway.bounce.Notification;
import org.holdfast.gateway.bounce.Report;
import org.holdfast.gateway.bounce.Reporter;
import org.holdfast.gateway.path.AfterAcceptance.Attempted;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.UserState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts notifications for senders into the queue: into the mailbox's lane for one who lives in our
 * map, else into a lane to the {@link Smarthost}. Thread-safe; blocks until the disk has them.
 */
public final class SenderNotices implements AfterAcceptance.Teller {

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.delivery");

  private final Gatekeeper routing;
  private final Intake queue;
  private final Smarthost smarthost;
  private final Reporter reporter;
  private final Supplier<String> ids;
  private final InstantSource clock;

  /**
   * Tells in the name of {@code reporter}.
   *
   * @param ids gives queue ids, unique for ever
   */
  public SenderNotices(
      Gatekeeper routing,
      Intake queue,
      Smarthost smarthost,
      Reporter reporter,
      Supplier<String> ids,
      InstantSource clock) {
    this.routing = routing;
    this.queue = queue;
    this.smarthost = smarthost;
    this.reporter = reporter;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Optional<String> tell(Action action, Attempted attempted, Reply reply)
      throws MapUnavailableException, IOException {
    return tell(
        new Report(
            action,
            attempted.envelope(),
            attempted.recipient(),
            attempted.content(),
            reply,
            attempted.member().lmtp().host(),
            clock.instant()));
  }

  /** As {@link #tell(Action, Attempted, Reply)}, for what no backend was asked about, too. */
  Optional<String> tell(Report report) throws MapUnavailableException, IOException {
    String sender = report.envelope().reversePath();
    return switch (routing.locate(sender)) {
      case Location.Mailbox there when there.user().state() == UserState.CLOSED ->
          Optional.of("the sender's mailbox is closed");
      case Location.Mailbox there -> send(report, toMailbox(there, sender), there.user().pair());
      case Location.UnknownUser _ -> Optional.of("there is no such sender here");
      case Location.ForeignDomain _ when smarthost.configured() ->
          send(report, Smarthost.recipient(sender), Smarthost.NEXT_HOP);
      case Location.ForeignDomain _ -> Optional.of("no delivery.smarthost leads to the sender");
    };
  }

  private static Recipient toMailbox(Location.Mailbox there, String sender) {
    return new Recipient(there.deliverTo(), there.mailbox(), sender, Smarthost.NO_NOTIFICATION);
  }

  /** Empty: stored. */
  private Optional<String> send(Report report, Recipient to, String nextHop) throws IOException {
    Notification notification = Notification.of(ids.get(), report, reporter);
    String reason = "tells what happened to " + report.envelope().id();
    queue.store(
        notification.envelope(),
        notification.content(),
        List.of(new Held(to, nextHop, Held.Entry.WAITING, reason, null)));
    log.atInfo()
        .setMessage("notification")
        .addKeyValue("id", notification.envelope().id())
        .addKeyValue("of", report.envelope().id())
        .addKeyValue("to", to.address())
        .addKeyValue("status", report.action().value())
        .log();
    return Optional.empty();
  }
}
