package org.holdfast.routing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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

  /** Mail is held; {@code reasons} in words, the widest first, at least one. */
  record OnHold(User user, List<String> reasons) implements EffectiveState {

    /** All of it in one line. */
    String why() {
      return String.join("; and ", reasons);
    }
  }

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

  /**
   * Whether something wider than the user is on hold: everything, the domain, the pair. A switch of
   * the pair is none: it takes seconds.
   */
  static boolean heldFromAbove(String mailbox, String pair, WideState wide) {
    Pair its = wide.pairs().get(pair);
    return wide.everything() != null
        || wide.holds().containsKey(domain(mailbox))
        || (its != null && its.onHold());
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
    List<String> reasons = holds(mailbox, user, pair, wide);
    return reasons.isEmpty() ? new Open(user, pair.activeMember()) : new OnHold(user, reasons);
  }

  private static Location nobody(String mailbox, MapRows map) throws SQLException {
    String domain = domain(mailbox);
    return map.row("@" + domain).served()
        ? new Location.UnknownUser(mailbox)
        : new Location.ForeignDomain(domain);
  }

  /** Everything that holds it, the widest first; empty when nothing does. */
  private static List<String> holds(String mailbox, User user, Pair pair, WideState wide) {
    String domain = domain(mailbox);
    Standing everything = wide.everything();
    Standing ofDomain = wide.holds().get(domain);
    boolean inSwitch = wide.pairsInSwitch().contains(pair.name());
    String its = ofUser(user, wide);
    if (everything == null && ofDomain == null && !pair.onHold() && !inSwitch && its == null) {
      return List.of(); // nearly always
    }
    List<String> holds = new ArrayList<>();
    if (everything != null) {
      holds.add(words("everything is on hold", everything));
    }
    if (ofDomain != null) {
      holds.add(words("domain " + domain + " is on hold", ofDomain));
    }
    if (pair.onHold()) {
      holds.add(words("pair " + pair.name() + " is on hold", pair.standing()));
    }
    if (inSwitch) {
      holds.add("pair " + pair.name() + " is being switched to another member right now");
    }
    if (its != null) {
      holds.add(its);
    }
    return holds;
  }

  private static @Nullable String ofUser(User user, WideState wide) {
    if (user.state() != UserState.ACTIVE) {
      String to = user.movingTo() == null ? "" : " to " + user.movingTo();
      return words("user " + user.address() + " is " + user.state().word() + to, user.standing());
    }
    return wide.usersInSwitch().contains(user.address())
        ? "user " + user.address() + " is being switched to another pair right now"
        : null;
  }

  private static String words(String what, Standing standing) {
    String reason = standing.reason().isEmpty() ? "" : ", reason " + standing.reason();
    return what + " since " + standing.since() + ", by " + standing.by() + reason;
  }

  private static String domain(String mailbox) {
    return mailbox.substring(mailbox.lastIndexOf('@') + 1);
  }
}
