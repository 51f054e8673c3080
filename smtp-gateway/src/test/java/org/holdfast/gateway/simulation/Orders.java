package org.holdfast.gateway.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.holdfast.routing.UserState;

/** How the map stands by the orders given: kept apart from the real one, which is judged by it. */
final class Orders {

  /** A user, as ordered. */
  static final class UserRow {
    UserState state = UserState.ACTIVE;
    String pair;

    /** Its pair is being changed while it is active. */
    boolean switching;

    /** Where its mail was allowed to go since the last flip that was quiesced. */
    final Set<String> places = new HashSet<>();

    /** How many orders there were for it. */
    int ordered;

    /** Closed until then, if ever. */
    long closedUntil = -1;

    private UserRow(String pair) {
      this.pair = pair;
    }
  }

  final Map<String, UserRow> users = new LinkedHashMap<>();
  final Map<String, String> active = new HashMap<>();
  final Set<String> heldPairs = new HashSet<>();
  final Set<String> heldDomains = new HashSet<>();
  boolean everythingHeld;

  Orders() {
    Users.PAIRS.forEach(pair -> active.put(pair, Users.member(pair, false)));
    Users.ALL.forEach(user -> users.put(user, new UserRow(Users.home(user))));
    changed();
  }

  UserRow user(String name) {
    UserRow row = users.get(name);
    if (row == null) {
      throw new IllegalArgumentException(name);
    }
    return row;
  }

  /** Where its mail may go now; empty: nowhere. */
  Optional<String> place(String name) {
    UserRow user = user(name);
    boolean open =
        user.state == UserState.ACTIVE
            && !user.switching
            && !everythingHeld
            && !heldPairs.contains(user.pair)
            && !heldDomains.contains(Users.domain(name));
    return open ? Optional.ofNullable(active.get(user.pair)) : Optional.empty();
  }

  /** Something was ordered. */
  void changed() {
    users.forEach((name, user) -> place(name).ifPresent(user.places::add));
  }

  /** The active member of its pair, whatever is on hold. */
  String home(String name) {
    return String.valueOf(active.get(user(name).pair));
  }

  /** Nothing is open any more to where it speaks of. */
  void quiesced(Quiesced flip) {
    for (String name : flip.users()) {
      UserRow user = user(name);
      user.places.removeIf(
          place -> flip.speaksOf(place) && (flip.away() || !place.equals(home(name))));
      place(name).ifPresent(user.places::add);
    }
  }

  List<String> of(String pair) {
    return Users.ALL.stream().filter(name -> user(name).pair.equals(pair)).toList();
  }

  List<String> in(String domain) {
    return Users.ALL.stream().filter(name -> Users.domain(name).equals(domain)).toList();
  }
}
