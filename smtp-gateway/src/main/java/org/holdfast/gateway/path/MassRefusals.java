package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.routing.Permit;

/**
 * Notices when a member suddenly refuses many users whom the map knows: then its user database is
 * gone or wrong, and what it says of users is not worth parking thousands of messages for.
 *
 * <p>Only words about the user itself count: "no such user" (x.1.x, Dovecot's 550 5.3.5, and a bare
 * 550 in answer to RCPT) and "disabled" (5.2.1). Words about content, policy or quota never do, so
 * that nobody can shut a pair by what he sends. Nor does a mailbox count that has been refused for
 * longer: a few disabled ones are usual, and may be known to strangers.
 *
 * <p>Of each member the latest distinct mailboxes that answered are looked at, and as many that it
 * trips when more than half of them were refused: with 20 users, 20 of the last 39. So a dead
 * database shows after 20 users at night as well as when thousands were served in the minute
 * before.
 *
 * <p>From a trip until {@link MassRefusal#over} the member is believed in nothing that it says of
 * users, and every delivery it refused so is noted, to be put back. Nothing is kept over a restart:
 * a member that goes on refusing trips again.
 *
 * <p>Thread-safe, nothing blocks. Memory: a window for each member of the map that answered,
 * bounded by {@link RefusalWindow#MOST_DELIVERIES} and {@link RefusalWindow#MOST_HABITUAL}.
 */
public final class MassRefusals {

  /**
   * When it trips.
   *
   * @param users distinct mailboxes refused; 0: never
   * @param within this time
   */
  public record Limits(int users, Duration within) {

    /** Most that {@code users} may be. */
    public static final int MOST_USERS = 1000;

    public Limits {
      if (users < 0 || users > MOST_USERS || !within.isPositive()) {
        throw new IllegalArgumentException("users " + users + " within " + within);
      }
    }
  }

  /** Who acts. */
  public interface Breaker {

    /**
     * A member refused too many. Called once for a trip, on the thread that brought the answer: it
     * must not block there. Has to end in {@link MassRefusal#over}.
     */
    void tripped(MassRefusal incident);
  }

  private static final String DISABLED = "5.2.1";
  private static final String NO_HOST = "5.3.5";

  private final Limits limits;
  private final Breaker breaker;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, RefusalWindow> windows = new ConcurrentHashMap<>();

  public MassRefusals(Limits limits, Breaker breaker, LongSupplier nanoTime) {
    this.limits = limits;
    this.breaker = breaker;
    this.nanoTime = nanoTime;
  }

  /** Never trips. */
  static MassRefusals off() {
    return new MassRefusals(new Limits(0, Duration.ofMinutes(1)), _ -> {}, () -> 0);
  }

  /**
   * Takes an answer into account, before its permit is closed, and gives it back as it is to be
   * believed.
   *
   * @param id the message's queue id
   */
  Answer weigh(Permit permit, String id, Answer answer) {
    boolean refused = refusesUser(answer);
    if (limits.users() == 0 || !(refused || answer instanceof Answer.Delivered)) {
      return answer;
    }
    RefusalWindow window = window(permit);
    if (!refused) {
      window.accepted(permit.mailbox(), nanoTime.getAsLong());
      return answer;
    }
    RefusalWindow.Refused delivery =
        new RefusalWindow.Refused(id, permit.mailbox(), nanoTime.getAsLong());
    MassRefusal trip = window.refused(delivery, answer.reply().line());
    if (trip != null) {
      breaker.tripped(trip);
    }
    return window.tripped() ? new Answer.NotBelieved(answer.reply()) : answer;
  }

  private RefusalWindow window(Permit permit) {
    String member = permit.member().name();
    return windows.computeIfAbsent(
        permit.pair() + "/" + member, _ -> new RefusalWindow(permit.pair(), member, limits));
  }

  private static boolean refusesUser(Answer answer) {
    Reply reply = answer.reply();
    return switch (answer) {
      case Answer.NotBelieved n ->
          n.toRcpt() || reply.enhanced().startsWith("5.1.") || reply.enhanced().equals(NO_HOST);
      case Answer.MailboxTrouble m -> reply.permanent() && reply.enhanced().equals(DISABLED);
      case Answer.Delivered d -> false;
      case Answer.OurTrouble o -> false;
      case Answer.Uncertain u -> false;
    };
  }
}
