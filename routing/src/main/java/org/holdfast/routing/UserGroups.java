package org.holdfast.routing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * How many users of each pair are in each state, and the sum of their rows' checksums: what all
 * rows together must come to. Immutable.
 */
record UserGroups(Map<Key, Group> groups) {

  static final UserGroups NONE = new UserGroups(Map.of());

  /** Users of one pair and state. */
  record Key(int pair, UserState state) {}

  /**
   * What they come to.
   *
   * @param sum of the checksums, each as a signed 32-bit number
   */
  record Group(long users, long sum) {

    private static final Group EMPTY = new Group(0, 0);

    Group plus(long more, long check) {
      return new Group(users + more, sum + check);
    }
  }

  UserGroups {
    groups = Map.copyOf(groups);
  }

  long users() {
    return groups.values().stream().mapToLong(Group::users).sum();
  }

  long users(int pair) {
    return groups.entrySet().stream()
        .filter(each -> each.getKey().pair() == pair)
        .mapToLong(each -> each.getValue().users())
        .sum();
  }

  long users(UserState state) {
    return groups.entrySet().stream()
        .filter(each -> each.getKey().state() == state)
        .mapToLong(each -> each.getValue().users())
        .sum();
  }

  long users(int pair, UserState state) {
    return groups.getOrDefault(new Key(pair, state), Group.EMPTY).users();
  }

  /** Counts that are being changed. One thread. */
  static final class Tally {

    private final UserGroups before;
    private final Map<Key, Group> groups;

    Tally(UserGroups before) {
      this.before = before;
      this.groups = new HashMap<>(before.groups);
    }

    boolean isEmpty() {
      return groups.values().stream().allMatch(group -> group.users() == 0);
    }

    void add(int pair, UserState state, int check) {
      groups.merge(new Key(pair, state), new Group(1, check), Tally::sum);
    }

    void remove(int pair, UserState state, int check) {
      groups.merge(new Key(pair, state), new Group(-1, -check), Tally::sum);
    }

    private static Group sum(Group one, Group other) {
      return one.plus(other.users(), other.sum());
    }

    /** Throws when not all has been taken out, users and checksums. */
    void requireNothing() throws SQLException {
      for (Map.Entry<Key, Group> each : groups.entrySet()) {
        if (!each.getValue().equals(Group.EMPTY)) {
          throw MapSql.damage("the view's users are not those it has counted: " + each);
        }
      }
    }

    UserGroups done() {
      return new UserGroups(groups);
    }

    /** Writes what has changed. */
    void write(Session session) throws SQLException {
      for (Map.Entry<Key, Group> each : groups.entrySet()) {
        if (!each.getValue().equals(before.groups.get(each.getKey()))) {
          put(session, each.getKey(), each.getValue());
        }
      }
    }
  }

  private static void put(Session session, Key key, Group group) throws SQLException {
    int state = key.state().code();
    int check = check(key.pair(), state, group);
    int _ = session.update(MapSql.PUT_COUNT, key.pair(), state, group.users(), group.sum(), check);
  }

  private static int check(int pair, int state, Group group) {
    return new RowCheck().number(pair).number(state).number(group.users).number(group.sum).sum();
  }

  static UserGroups read(Session session) throws SQLException {
    Map<Key, Group> read = new HashMap<>();
    try (ResultSet rows = session.with(MapSql.COUNTS).executeQuery()) {
      while (rows.next()) {
        int pair = rows.getInt(1);
        int state = rows.getInt(2);
        Group group = new Group(rows.getLong(3), rows.getLong(4));
        if (check(pair, state, group) != rows.getInt(5)) {
          throw MapSql.damage("a count of the view is damaged");
        }
        read.put(new Key(pair, UserRows.state(state)), group);
      }
    }
    return new UserGroups(read);
  }

  /** Counts all rows: for a view that was filled at once. */
  static void fill(Session session) throws SQLException {
    Tally tally = new Tally(NONE);
    try (ResultSet rows = session.with(MapSql.COUNT_ALL).executeQuery()) {
      while (rows.next()) {
        tally.add(rows.getInt(1), UserRows.state(rows.getInt(2)), rows.getInt(3));
      }
    }
    tally.write(session);
  }
}
