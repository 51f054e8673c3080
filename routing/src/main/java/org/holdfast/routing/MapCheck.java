package org.holdfast.routing;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.UserChange;

/** Is this a map that an empty gateway would load? */
public final class MapCheck {

  private static final MapRows NOTHING =
      new MapRows() {
        @Override
        public LocationMap.Row row(String address) {
          return LocationMap.Row.NOTHING;
        }

        @Override
        public WideState wide() {
          return WideState.EMPTY;
        }
      };

  private MapCheck() {}

  /**
   * What is allowed and probably not meant, in words, at most {@link LoadTally#MOST_NAMED}.
   *
   * @throws RefusedChangeException it would not be loaded
   */
  public static List<String> warnings(MapContents map, String subaddress)
      throws RefusedChangeException {
    LoadInput input = LoadInput.of(map);
    LoadTally tally = new LoadTally();
    Set<String> pairs = new HashSet<>();
    input.pairs().forEach(pair -> pairs.add(pair.name()));
    for (UserChange user : input.users()) {
      if (user.pair() != null && !pairs.contains(user.pair())) {
        throw new RefusedChangeException(
            Kind.NOT_FOUND, "user " + user.address() + ": there is no pair " + user.pair());
      }
    }
    try {
      new AliasCheck(NOTHING, (_, _) -> List.of(), input, subaddress, tally).check(input.aliases());
    } catch (SQLException e) {
      throw new IllegalStateException("nothing is read from a database here", e);
    }
    return tally.loaded().warnings();
  }
}
