package org.holdfast.routing;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Users as rows of the view. Thread-safe; a session belongs to its caller. */
final class UserRows {

  private final PairIds pairs;

  UserRows(PairIds pairs) {
    this.pairs = pairs;
  }

  @Nullable User one(Session session, String address) throws SQLException {
    List<User> found = read(session.with(MapSql.USER, MapSql.key(address)));
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The users of these addresses, as far as there are any, by address. */
  Map<String, User> of(Session session, Collection<String> addresses) throws SQLException {
    Map<String, User> found = HashMap.newHashMap(addresses.size());
    if (addresses.size() == 1) {
      String only = addresses.iterator().next();
      User user = one(session, only);
      if (user != null) {
        found.put(only, user);
      }
      return found;
    }
    String[] keys = addresses.stream().map(MapSql::key).toArray(String[]::new);
    Arrays.sort(keys);
    for (int from = 0; from < keys.length; from += MapSql.AT_ONCE) {
      Object[] some = new Object[MapSql.AT_ONCE];
      Arrays.setAll(some, filled(keys, from));
      for (User user : read(session.with(MapSql.USERS_OF_KEYS, some))) {
        found.put(user.address(), user);
      }
    }
    return found;
  }

  private static java.util.function.IntFunction<String> filled(String[] keys, int from) {
    return i -> keys[Math.min(from + i, keys.length - 1)];
  }

  List<User> read(PreparedStatement query) throws SQLException {
    List<User> page = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        int to = rows.getInt(4);
        String movingTo = rows.wasNull() ? null : pairs.name(to);
        Instant since = Instant.ofEpochMilli(rows.getLong(6));
        page.add(
            new User(
                MapSql.address(rows.getString(1)),
                pairs.name(rows.getInt(2)),
                state(rows.getInt(3)),
                movingTo,
                new Standing(rows.getString(8), since, rows.getString(7), rows.getLong(5))));
      }
    }
    return page;
  }

  static UserState state(int code) throws SQLException {
    return UserState.ofCode(code).orElseThrow(() -> new SQLException("no state " + code));
  }

  /**
   * Writes users of different addresses, in the order of their keys: neighbours share their page.
   */
  void put(Session session, Collection<User> users) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>(users.size());
    for (User user : users) {
      rows.add(row(user));
    }
    rows.sort(Comparator.comparing(row -> (String) row[0]));
    session.rows(MapSql.PUT_USER, MapSql.PUT_USERS, rows);
  }

  private @Nullable Object[] row(User user) throws SQLException {
    Standing s = user.standing();
    String to = user.movingTo();
    return new @Nullable Object[] {
      MapSql.key(user.address()),
      pairs.id(user.pair()),
      user.state().code(),
      to == null ? null : pairs.id(to),
      s.epoch(),
      s.since().toEpochMilli(),
      s.by(),
      s.reason()
    };
  }
}
