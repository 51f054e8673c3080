package org.holdfast.routing;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;

/** Does what is to be loaded fit to the map? Refuses the first thing that does not. */
final class LoadCheck {

  private LoadCheck() {}

  static boolean check(LocationMap now, LoadInput input, String separator, LoadTally tally)
      throws SQLException, RefusedChangeException {
    pairs(now, input);
    Set<String> known = new HashSet<>(now.wide().pairs().keySet());
    input.pairs().forEach(pair -> known.add(pair.name()));
    for (UserChange user : input.users()) {
      if (user.pair() == null) {
        requireThere(now, user.address());
      }
      requireKnown(known, user, user.pair());
      requireKnown(known, user, user.to());
    }
    new AliasCheck(now, now.view()::aliases, input, separator, tally).check(input.aliases());
    warnOfHolds(now, input, tally);
    return true;
  }

  /** A pair that somebody else is switching right now is not touched, and nothing else then. */
  private static void pairs(LocationMap now, LoadInput input) throws RefusedChangeException {
    for (Pair pair : input.pairs()) {
      if (now.wide().pairsInSwitch().contains(pair.name())) {
        throw new RefusedChangeException(
            Kind.CONFLICT, "pair " + pair.name() + " is being switched right now");
      }
    }
  }

  private static void requireThere(LocationMap now, String address)
      throws SQLException, RefusedChangeException {
    if (now.row(address).user() == null) {
      throw new RefusedChangeException(Kind.INVALID, "the new user " + address + " needs a pair");
    }
  }

  private static void requireKnown(Set<String> known, UserChange user, @Nullable String pair)
      throws RefusedChangeException {
    if (pair != null && !known.contains(pair)) {
      throw new RefusedChangeException(
          Kind.NOT_FOUND, "user " + user.address() + ": there is no pair " + pair);
    }
  }

  private static void warnOfHolds(LocationMap now, LoadInput input, LoadTally tally)
      throws SQLException {
    MapRows then = new LoadedRows(now, input);
    for (DomainHold hold : input.holds()) {
      boolean all = hold.domain().equals(WideState.EVERYTHING);
      if (!all && !then.row("@" + hold.domain()).served()) {
        tally.warning("nobody lives in " + hold.domain() + " yet, which is on hold from now on");
      }
    }
  }
}
