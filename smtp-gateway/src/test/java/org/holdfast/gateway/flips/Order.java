package org.holdfast.gateway.flips;

import org.holdfast.gateway.flips.Ledger.Deal;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * One flip to make; null: as it is.
 *
 * @param target user, pair or domain; "*" for everything
 * @param pair for a user: where it is to live
 * @param active for a pair: the member that is to get the mail
 * @param put for a user: by PUT of the user, not of its state
 */
record Order(
    Level level,
    String target,
    @Nullable UserState state,
    @Nullable String pair,
    @Nullable Boolean hold,
    @Nullable String active,
    boolean put) {

  /** What a flip is about. */
  enum Level {
    USER,
    PAIR,
    DOMAIN,
    EVERYTHING
  }

  static Order user(String user, @Nullable UserState state, @Nullable String pair) {
    return new Order(Level.USER, user, state, pair, null, null, false);
  }

  static Order put(String user, String pair) {
    return new Order(Level.USER, user, null, pair, null, null, true);
  }

  static Order create(String user, String pair) {
    return new Order(Level.USER, user, UserState.ACTIVE, pair, null, null, true);
  }

  static Order pair(String pair, boolean hold) {
    return new Order(Level.PAIR, pair, null, null, hold, null, false);
  }

  static Order active(String pair, String member) {
    return new Order(Level.PAIR, pair, null, null, null, member, false);
  }

  static Order domain(String domain, boolean hold) {
    return new Order(Level.DOMAIN, domain, null, null, hold, null, false);
  }

  static Order everything(boolean hold) {
    return new Order(Level.EVERYTHING, "*", null, null, hold, null, false);
  }

  boolean sameTarget(Order other) {
    return level == other.level && target.equals(other.target);
  }

  /** Whether it says anything about this transaction. */
  boolean concerns(Deal deal) {
    return switch (level) {
      case USER -> deal.mailboxes.contains(target);
      case PAIR -> deal.pair.equals(target);
      case DOMAIN -> deal.mailboxes.stream().anyMatch(m -> m.endsWith("@" + target));
      case EVERYTHING -> true;
    };
  }

  /**
   * Whether such a transaction may be open once this has returned quiesced.
   *
   * @param state how the target stands then
   */
  boolean leaves(State state, Deal deal) {
    if (hold != null) {
      return !hold; // to release says nothing of what is open
    }
    if (active != null) {
      return active.equals(deal.member); // nor does this of a hold
    }
    return state.allows(level, deal);
  }
}
