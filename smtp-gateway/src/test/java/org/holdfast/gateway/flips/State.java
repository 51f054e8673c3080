package org.holdfast.gateway.flips;

import org.holdfast.gateway.flips.Ledger.Deal;
import org.holdfast.routing.UserState;

/**
 * How a target of flips stands.
 *
 * @param word a user's state; "hold" or "active" for what is wider
 * @param place where its mail goes: a user's pair, a pair's active member, else empty
 */
record State(String word, String place) {

  private static final String ACTIVE = UserState.ACTIVE.word();
  private static final String HOLD = "hold";

  static State active(String place) {
    return new State(ACTIVE, place);
  }

  static State of(boolean hold, String place) {
    return new State(hold ? HOLD : ACTIVE, place);
  }

  static State of(UserState state, String pair) {
    return new State(state.word(), pair);
  }

  /** As it stands after this flip. */
  State after(Order order) {
    String newPlace = order.level() == Order.Level.USER ? order.pair() : order.active();
    UserState state = order.state();
    Boolean hold = order.hold();
    String newWord = word;
    if (state != null) {
      newWord = state.word();
    } else if (hold != null) {
      newWord = hold ? HOLD : ACTIVE;
    }
    return new State(newWord, newPlace == null ? place : newPlace);
  }

  /** As far as this target is concerned: may there be such a transaction? */
  boolean allows(Order.Level level, Deal deal) {
    return word.equals(ACTIVE)
        && switch (level) {
          case USER -> place.equals(deal.pair);
          case PAIR -> place.equals(deal.member);
          case DOMAIN, EVERYTHING -> true;
        };
  }
}
