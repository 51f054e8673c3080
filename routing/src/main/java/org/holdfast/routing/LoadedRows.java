package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The map as it would be with what is to be loaded added to it. */
final class LoadedRows implements MapRows {

  private final MapRows now;
  private final Set<String> users;
  private final Map<String, String> aliases = new HashMap<>();
  private final Set<String> domains = new HashSet<>();

  LoadedRows(MapRows now, LoadInput input) {
    this.now = now;
    this.users = input.addresses();
    input.aliases().forEach(alias -> aliases.put(alias.from(), alias.to()));
    domains.addAll(input.domains());
    if (!input.aliases().isEmpty()) {
      users.forEach(user -> domains.add(domain(user)));
    }
    aliases.keySet().forEach(from -> domains.add(domain(from)));
  }

  private static String domain(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  @Override
  public LocationMap.Row row(String address) throws SQLException {
    LocationMap.Row row = now.row(address);
    boolean wholeDomain = address.startsWith("@");
    User user = row.user() != null ? row.user() : coming(address);
    String added = aliases.get(address);
    String alias = added != null ? added : row.alias();
    boolean served = wholeDomain && (row.served() || domains.contains(address.substring(1)));
    return new LocationMap.Row(user, user != null && !wholeDomain ? null : alias, served);
  }

  private @Nullable User coming(String address) {
    return users.contains(address)
        ? new User(address, "", UserState.ACTIVE, new Standing("", Instant.EPOCH, "", 0))
        : null;
  }

  @Override
  public WideState wide() {
    return now.wide();
  }
}
