package org.holdfast.gateway.admin;

import org.holdfast.routing.Entry;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;

/**
 * What happens to new mail of a user now, with everything above it counted.
 *
 * @param word {@code active} (delivered), {@code hold} (accepted and held) or {@code closed}
 *     (refused)
 * @param explain why, in words: everything that holds it, the widest first; empty when active
 */
record Effective(String word, String explain) {

  private static final Effective ACTIVE = new Effective("active", "");

  static Effective of(Routing routing, User user) throws MapUnavailableException {
    return switch (routing.look(user.address())) {
      case Entry.Go _ -> ACTIVE;
      case Entry.Hold hold -> new Effective("hold", "held because " + hold.why());
      case Entry.Refuse _ -> new Effective("closed", closed(user));
    };
  }

  private static String closed(User user) {
    var standing = user.standing();
    String reason = standing.reason().isEmpty() ? "" : ", reason " + standing.reason();
    return "refused because user "
        + user.address()
        + " is closed since "
        + standing.since()
        + ", by "
        + standing.by()
        + reason;
  }
}
