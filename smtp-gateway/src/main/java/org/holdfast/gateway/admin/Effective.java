package org.holdfast.gateway.admin;

import java.util.Optional;
import org.holdfast.routing.Entry;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;

/**
 * What happens to new mail of a user now, with everything above it counted.
 *
 * @param word {@code active} (delivered), {@code hold} (accepted and held) or {@code closed}
 *     (refused)
 * @param explain why, in words; empty when active
 */
record Effective(String word, String explain) {

  private static final Effective ACTIVE = new Effective("active", "");
  private static final Effective CLOSED = new Effective("closed", "the user is closed");

  static Effective of(Routing routing, User user) throws MapUnavailableException {
    if (user.address().startsWith("@")) {
      return ofCatchAll(routing, user);
    }
    return switch (routing.look(user.address())) {
      case Entry.Go _ -> ACTIVE;
      case Entry.Hold hold -> new Effective("hold", hold.why());
      case Entry.Refuse _ -> CLOSED;
    };
  }

  // The gate answers for mailboxes; a catch-all entry is none, so what it inherits is read here.
  private static Effective ofCatchAll(Routing routing, User user) throws MapUnavailableException {
    if (user.state() == UserState.CLOSED) {
      return CLOSED;
    }
    if (user.state() != UserState.ACTIVE) {
      return new Effective("hold", user.address() + " is " + user.state().word());
    }
    Optional<Pair> pair = routing.pair(user.pair());
    if (pair.isPresent() && pair.get().onHold()) {
      return new Effective("hold", "pair " + user.pair() + " is on hold");
    }
    String domain = user.address().substring(1);
    return routing.holds().stream()
        .filter(hold -> hold.domain().equals("*") || hold.domain().equals(domain))
        .findFirst()
        .map(hold -> new Effective("hold", what(hold.domain()) + " on hold"))
        .orElse(ACTIVE);
  }

  private static String what(String domain) {
    return domain.equals("*") ? "everything is" : "domain " + domain + " is";
  }
}
