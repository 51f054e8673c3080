package org.holdfast.routing;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The map as it would be after one change. Reads through to the map as it is.
 *
 * @param user how one user would stand; null: no user changes
 * @param wider what would be put on hold or let go; null: nothing
 */
record AsIfChanged(MapRows now, @Nullable User user, @Nullable MapChange wider) implements MapRows {

  @Override
  public LocationMap.Row row(String address) throws SQLException {
    LocationMap.Row row = now.row(address);
    return user != null && user.address().equals(address)
        ? new LocationMap.Row(user, row.alias(), true)
        : row;
  }

  @Override
  public WideState wide() {
    return wider == null ? now.wide() : now.wide().with(wider);
  }
}
