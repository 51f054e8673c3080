package org.holdfast.routing;

import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one place that computes whether mail for a mailbox may go now: everything, then its domain,
 * its pair, its user; whatever holds it is named, the widest first. A closed user is refused
 * whatever is on hold.
 */
sealed interface EffectiveState {

  /** Mail may go to this member. */
  record Open(User user, Member member) implements EffectiveState {}

  /** Mail is held; {@code why} in words. */
  record OnHold(User user, String why) implements EffectiveState {}

  /** There is no such mailbox, or it is closed. */
  record Refused(Location location) implements EffectiveState {}

  /**
   * Computes it for a canonical mailbox.
   *
   * <p>The wide state is read before the row, never after. A switch of a user's pair first shows in
   * the wide state, then changes the row, then leaves the wide state: who reads the wide state
   * after it left, reads the new row.
   */
  static EffectiveState of(String mailbox, MapRows map) throws SQLException {
    while (true) {
      WideState wide = map.wide();
      User user = map.answering(mailbox);
      // Missing: made after the wide state was read, and the user moved there since. Once more.
      if (user == null || wide.pairs().containsKey(user.pair())) {
        return of(mailbox, user, wide, map);
      }
    }
  }

  private static EffectiveState of(String mailbox, @Nullable User user, WideState wide, MapRows map)
      throws SQLException {
    if (user == null) {
      return new Refused(nobody(mailbox, map));
    }
    if (user.state() == UserState.CLOSED) {
      return new Refused(new Location.Mailbox(user, mailbox, mailbox));
    }
    Pair pair = Objects.requireNonNull(wide.pairs().get(user.pair()));
    String why = hold(mailbox, user, pair, wide);
    return why == null ? new Open(user, pair.activeMember()) : new OnHold(user, why);
  }

  private static Location nobody(String mailbox, MapRows map) throws SQLException {
    String domain = domain(mailbox);
    return map.row("@" + domain).served()
        ? new Location.UnknownUser(mailbox)
        : new Location.ForeignDomain(domain);
  }

  /** Why it is on hold, everything that holds it, the widest first; null when nothing does. */
  private static @Nullable String hold(String mailbox, User user, Pair pair, WideState wide) {
    String domain = domain(mailbox);
    Standing everything = wide.everything();
    String why = everything == null ? null : words("everything is on hold", everything);
    Standing ofDomain = wide.holds().get(domain);
    if (ofDomain != null) {
      why = and(why, words("domain " + domain + " is on hold", ofDomain));
    }
    if (pair.onHold()) {
      why = and(why, words("pair " + pair.name() + " is on hold", pair.standing()));
    }
    if (wide.pairsInSwitch().contains(pair.name())) {
      why = and(why, "pair " + pair.name() + " is being switched to another member right now");
    }
    return ofUser(why, user, wide);
  }

  private static @Nullable String ofUser(@Nullable String wider, User user, WideState wide) {
    if (user.state() != UserState.ACTIVE) {
      String to = user.movingTo() == null ? "" : " to " + user.movingTo();
      return and(
          wider,
          words("user " + user.address() + " is " + user.state().word() + to, user.standing()));
    }
    return wide.usersInSwitch().contains(user.address())
        ? and(wider, "user " + user.address() + " is being switched to another pair right now")
        : wider;
  }

  private static String and(@Nullable String wider, String what) {
    return wider == null ? what : wider + "; and " + what;
  }

  private static String words(String what, Standing standing) {
    String reason = standing.reason().isEmpty() ? "" : ", reason " + standing.reason();
    return what + " since " + standing.since() + ", by " + standing.by() + reason;
  }

  private static String domain(String mailbox) {
    return mailbox.substring(mailbox.lastIndexOf('@') + 1);
  }
}
