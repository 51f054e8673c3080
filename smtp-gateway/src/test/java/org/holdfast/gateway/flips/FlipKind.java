package org.holdfast.gateway.flips;

import java.util.List;
import org.holdfast.routing.UserState;

/** Every way to keep mail from a user on {@code p0}, or to send it elsewhere, and the way back. */
enum FlipKind {
  USER_MOVING,
  USER_MOVING_ELSEWHERE,
  USER_RECOVERING,
  USER_CLOSED,
  /** An active user is made active on another pair. */
  USER_ACTIVE_ELSEWHERE,
  /** The same by PUT of the user. */
  USER_PUT_ELSEWHERE,
  /** First moving, then active on another pair. */
  USER_MOVED_AND_OPENED,
  PAIR_HOLD,
  DOMAIN_HOLD,
  EVERYTHING_HOLD,
  /** Another member of the pair becomes active. */
  PAIR_SWITCH,
  /** The same as a failover does it: on hold, another member, off hold. */
  PAIR_FAILOVER;

  private static final String HERE = "p0";
  private static final String THERE = "p1";

  List<Order> away(String user) {
    return switch (this) {
      case USER_MOVING -> List.of(Order.user(user, UserState.MOVING, null));
      case USER_MOVING_ELSEWHERE -> List.of(Order.user(user, UserState.MOVING, THERE));
      case USER_RECOVERING -> List.of(Order.user(user, UserState.RECOVERING, null));
      case USER_CLOSED -> List.of(Order.user(user, UserState.CLOSED, null));
      case USER_ACTIVE_ELSEWHERE -> List.of(Order.user(user, UserState.ACTIVE, THERE));
      case USER_PUT_ELSEWHERE -> List.of(Order.put(user, THERE));
      case USER_MOVED_AND_OPENED ->
          List.of(
              Order.user(user, UserState.MOVING, null), Order.user(user, UserState.ACTIVE, THERE));
      case PAIR_HOLD -> List.of(Order.pair(HERE, true));
      case DOMAIN_HOLD -> List.of(Order.domain(domain(user), true));
      case EVERYTHING_HOLD -> List.of(Order.everything(true));
      case PAIR_SWITCH -> List.of(Order.active(HERE, MapEntries.member(HERE, true)));
      case PAIR_FAILOVER ->
          List.of(
              Order.pair(HERE, true),
              Order.active(HERE, MapEntries.member(HERE, true)),
              Order.pair(HERE, false));
    };
  }

  /** So that mail goes again; the user may be elsewhere then. */
  List<Order> back(String user) {
    return switch (this) {
      case USER_MOVING, USER_MOVING_ELSEWHERE, USER_RECOVERING, USER_CLOSED ->
          List.of(Order.user(user, UserState.ACTIVE, null));
      case USER_ACTIVE_ELSEWHERE, USER_PUT_ELSEWHERE, USER_MOVED_AND_OPENED -> List.of();
      case PAIR_HOLD -> List.of(Order.pair(HERE, false));
      case DOMAIN_HOLD -> List.of(Order.domain(domain(user), false));
      case EVERYTHING_HOLD -> List.of(Order.everything(false));
      case PAIR_SWITCH, PAIR_FAILOVER ->
          List.of(Order.active(HERE, MapEntries.member(HERE, false)));
    };
  }

  private static String domain(String user) {
    return user.substring(user.indexOf('@') + 1);
  }
}
