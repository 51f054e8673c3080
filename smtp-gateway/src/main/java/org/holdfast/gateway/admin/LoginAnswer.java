package org.holdfast.gateway.admin;

import java.time.Instant;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.RestoreRequest;
import org.holdfast.routing.Restores.Attempt;
import org.holdfast.routing.Restores.Outcome;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * What a front end hears of a login attempt.
 *
 * @param address the entry of the map that answers for the address asked for
 * @param member the active member of its pair
 * @param imap where that member takes logins, {@code HOST:PORT}, if the map has it
 * @param effective {@code active}: go there; {@code hold}: the mailbox is away; {@code closed}
 * @param waiting the mailbox is away: show the message, let nobody in
 * @param position in the order of the pair, from 1; null: no place, try again
 * @param before requests before it
 * @param since of the first attempt
 * @param attempts since this gateway started
 * @param message what may be shown to the user as it is, one line; empty when it may go on
 */
record LoginAnswer(
    String address,
    String pair,
    @Nullable String member,
    @Nullable String imap,
    String state,
    String effective,
    boolean waiting,
    @Nullable Long position,
    @Nullable Long before,
    @Nullable Instant since,
    @Nullable Long attempts,
    String message) {

  /**
   * Puts it together.
   *
   * @param pair null: it has gone meanwhile
   * @param attempts null: nobody waits
   */
  static LoginAnswer of(Attempt attempt, User user, @Nullable Pair pair, @Nullable Long attempts) {
    boolean waiting = attempt.outcome() == Outcome.WAIT;
    RestoreRequest request = waiting ? user.request() : null;
    Member member = pair == null ? null : pair.activeMember();
    HostPort imap = member == null ? null : member.imap();
    return new LoginAnswer(
        user.address(),
        user.pair(),
        member == null ? null : member.name(),
        imap == null ? null : imap.toString(),
        user.state().word(),
        effective(attempt.outcome()),
        waiting,
        request == null ? null : attempt.before() + 1,
        request == null ? null : attempt.before(),
        request == null ? null : request.since(),
        attempts,
        message(attempt, user));
  }

  private static String effective(Outcome outcome) {
    return switch (outcome) {
      case GO -> "active";
      case WAIT -> "hold";
      case CLOSED -> "closed";
      case UNKNOWN -> throw new IllegalArgumentException("nobody has no answer");
    };
  }

  private static String message(Attempt attempt, User user) {
    return switch (attempt.outcome()) {
      case GO, UNKNOWN -> "";
      case CLOSED -> "This mailbox is closed.";
      case WAIT ->
          user.request() == null
              ? away(user.state()) + " Please try again in a few minutes."
              : away(user.state()) + " " + place(attempt);
    };
  }

  private static String away(UserState state) {
    return switch (state) {
      case MOVING -> "Your mailbox is being moved to another server.";
      case RECOVERING -> "Your mailbox is being restored.";
      case ACTIVE, CLOSED -> "Your mailbox cannot be reached while its server is looked after.";
    };
  }

  private static String place(Attempt attempt) {
    String request =
        attempt.first()
            ? "By trying to log in you have made a priority request for it."
            : "Your priority request for it has been noted already.";
    return request
        + " These requests are served in the order in which they were made by login attempts: "
        + before(attempt.before())
        + " before yours. No mail is lost meanwhile: what arrives is kept, and will be delivered.";
  }

  private static String before(long requests) {
    return requests == 0
        ? "there is none"
        : requests == 1 ? "there is 1 request" : "there are " + requests + " requests";
  }
}
