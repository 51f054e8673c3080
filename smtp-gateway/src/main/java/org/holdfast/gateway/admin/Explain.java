package org.holdfast.gateway.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.holdfast.gateway.admin.Explanation.Step;
import org.holdfast.gateway.admin.PairStatus.MemberHealth;
import org.holdfast.gateway.path.Foresight;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Outlook;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Standing;
import org.holdfast.routing.Trace;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * Tells where a mail would go right now. Decides nothing itself: RCPT is asked of the message path,
 * and so is what would become of the message; routing tells how it came to its answer. Thread-safe.
 */
public final class Explain {

  /** The message path answers RCPT from the map; it never waits for a backend. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Routing routing;
  private final HoldQueue queue;
  private final PairStatus status;
  private final Inbound path;
  private final Foresight foresight;

  public Explain(
      Routing routing, HoldQueue queue, PairStatus status, Inbound path, Foresight foresight) {
    this.routing = routing;
    this.queue = queue;
    this.status = status;
    this.path = path;
    this.foresight = foresight;
  }

  /** Of an address as it stands in RCPT TO, without angle brackets. */
  Explanation of(String address) throws InterruptedException {
    List<Step> steps = new ArrayList<>();
    try {
      return of(address, steps);
    } catch (MapUnavailableException e) {
      steps.add(new Step("map", "the location map cannot be read right now"));
      return refused(address, Replies.MAP_UNAVAILABLE, "the map cannot be read", steps);
    }
  }

  private Explanation of(String address, List<Step> steps)
      throws MapUnavailableException, InterruptedException {
    Trace trace = routing.trace(address);
    trace.steps().forEach(step -> steps.add(new Step(step.what(), step.found())));
    return switch (rcpt(address)) {
      case Inbound.Answer.Rejected rejected -> {
        state(trace, steps);
        yield refused(address, rejected.reply(), last(steps), steps);
      }
      case Inbound.Answer.Accepted accepted -> {
        String lane = accepted.recipient().lane();
        yield accepted(address, lane, whole(trace, lane, steps), steps);
      }
    };
  }

  private Inbound.Answer rcpt(String address) throws InterruptedException {
    try {
      return path.recipient(address, Map.of())
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      return new Inbound.Answer.Rejected(Replies.MAP_UNAVAILABLE);
    }
  }

  /** Mail for postmaster goes to a mailbox that the map does not lead it to. */
  private Trace whole(Trace trace, String lane, List<Step> steps) throws MapUnavailableException {
    if (trace.location() instanceof Location.Mailbox) {
      return trace;
    }
    steps.add(new Step("postmaster", "delivery.postmaster names the mailbox for it: " + lane));
    return routing.trace(lane);
  }

  private Explanation accepted(String address, String lane, Trace trace, List<Step> steps)
      throws MapUnavailableException {
    state(trace, steps);
    pair(trace.pair(), steps);
    trace.holds().forEach(why -> steps.add(new Step("hold", why)));
    ahead(lane, steps);
    store(steps);
    return switch (foresight.outlook(lane)) {
      case Outlook.Refused gone -> refused(address, gone.reply(), last(steps), steps);
      case Outlook.NotStored(String pair, String why, Reply reply) ->
          refused(
              address,
              reply,
              "it would have to be held for pair " + pair + " (" + why + ") and cannot be stored",
              steps);
      case Outlook.Held(String pair, String why) ->
          new Explanation(
              "held",
              null,
              sentence(address, "be accepted and held for pair " + pair + ", because " + why),
              steps);
      case Outlook.HandedOff(String pair, Member member) ->
          new Explanation(
              "delivered",
              null,
              sentence(
                  address,
                  "be delivered at once to "
                      + member.name()
                      + " at "
                      + member.lmtp()
                      + ", the active member of pair "
                      + pair),
              steps);
    };
  }

  private static Explanation refused(String address, Reply reply, String why, List<Step> steps) {
    String what =
        reply.permanent()
            ? "be refused with " + reply.line() + ", because " + why
            : "stay with its sender, told " + reply.line() + ", because " + why;
    return new Explanation(
        reply.permanent() ? "refused" : "deferred", reply.line(), sentence(address, what), steps);
  }

  private static String sentence(String address, String what) {
    return "A mail to " + address + " would " + what + ".";
  }

  private static String last(List<Step> steps) {
    return steps.isEmpty() ? "nobody is there" : steps.getLast().found();
  }

  private static void state(Trace trace, List<Step> steps) {
    if (trace.location() instanceof Location.Mailbox at) {
      User user = at.user();
      Standing standing = user.standing();
      String reason = standing.reason().isEmpty() ? "" : ", reason " + standing.reason();
      String does = user.state() == UserState.CLOSED ? ": its mail is refused" : "";
      steps.add(
          new Step(
              "state",
              "the user "
                  + user.address()
                  + " is "
                  + user.state().word()
                  + " since "
                  + standing.since()
                  + ", by "
                  + standing.by()
                  + reason
                  + does));
    }
  }

  private void pair(@Nullable Pair pair, List<Step> steps) {
    if (pair == null) {
      return;
    }
    Member active = pair.activeMember();
    MemberHealth health = status.member(pair.name(), active.name());
    steps.add(
        new Step(
            "pair",
            "it lives on pair "
                + pair.name()
                + ", whose active member is "
                + active.name()
                + " at "
                + active.lmtp()));
    steps.add(new Step("member", active.name() + " is " + words(health)));
  }

  private static String words(MemberHealth health) {
    String since = health.since() == null ? "" : " since " + health.since();
    String detail = health.detail().isEmpty() ? "" : ": " + health.detail();
    return switch (health.word()) {
      case "unknown" -> "not asked yet: nothing was sent to it since the start";
      case "silent" -> "silent" + detail;
      default -> health.word() + since + detail;
    };
  }

  private void ahead(String lane, List<Step> steps) {
    if (queue.hasBacklog(lane)) {
      long waiting = queue.waiting(List.of(lane)).stream().mapToLong(LaneSummary::deliveries).sum();
      steps.add(
          new Step(
              "ahead",
              waiting + " deliveries for this mailbox wait already; new mail goes behind them"));
    }
  }

  private void store(List<Step> steps) {
    queue.trouble().ifPresent(why -> steps.add(new Step("store", "nothing can be stored: " + why)));
  }
}
