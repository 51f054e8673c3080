package org.holdfast.routing;

import java.io.IOException;
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

/**
 * Users as rows of the view. Thread-safe; a session belongs to its caller. Each row is checked when
 * it is read.
 *
 * <pre>
 *   row   = ukey pair state since asked rest crc
 *                                              asked: number of its request, 0: it has none;
 *                                              crc: of all before it, see RowCheck
 *   rest  = to epoch by reason [priority [request]]
 *                                              as in ChangeRecord; to: number of the pair that the
 *                                              user is being moved to and 1, or 0; priority: zigzag,
 *                                              when it is not 0 or a request follows, which is when
 *                                              that was made, in milliseconds, zigzag
 * </pre>
 */
final class UserRows {

  private final PairIds pairs;
  private final Seek<User> seek = new Seek<>(MapSql.USER_AT, MapSql.USER_BEFORE, this::read);

  UserRows(PairIds pairs) {
    this.pairs = pairs;
  }

  @Nullable User one(Session session, String address) throws SQLException {
    return seek.exactly(session, MapSql.key(address));
  }

  /** Somebody who lives in this domain, by name or catch-all; null when nobody does. */
  @Nullable User anybody(Session session, String domain) throws SQLException {
    return seek.first(session, domain + "@", MapSql.afterDomain(domain));
  }

  /** The users of these addresses, as far as there are any, by address. */
  Map<String, User> of(Session session, Collection<String> addresses) throws SQLException {
    Map<String, User> found = HashMap.newHashMap(addresses.size());
    if (addresses.size() > FEW) {
      readMany(session, addresses, found);
      if (addresses.size() - found.size() > FEW) {
        return found;
      }
    }
    for (String address : addresses) {
      User user = found.containsKey(address) ? null : one(session, address);
      if (user != null) {
        found.put(address, user);
      }
    }
    return found;
  }

  /** So few that are not there are looked for one by one, with their neighbours. */
  private static final int FEW = 8;

  private void readMany(Session session, Collection<String> addresses, Map<String, User> found)
      throws SQLException {
    String[] keys = addresses.stream().map(MapSql::key).toArray(String[]::new);
    Arrays.sort(keys);
    for (int from = 0; from < keys.length; from += MapSql.KEYS_AT_ONCE) {
      Object[] some = new Object[MapSql.KEYS_AT_ONCE];
      Arrays.setAll(some, filled(keys, from));
      for (User user : read(session.with(MapSql.USERS_OF_KEYS, some))) {
        found.put(user.address(), user);
      }
    }
  }

  private static java.util.function.IntFunction<String> filled(String[] keys, int from) {
    return i -> keys[Math.min(from + i, keys.length - 1)];
  }

  List<User> read(PreparedStatement query) throws SQLException {
    List<User> page = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        page.add(read(rows));
      }
    }
    return page;
  }

  /** The user under the cursor. */
  User read(ResultSet row) throws SQLException {
    String key = row.getString(1);
    int pair = row.getInt(2);
    int state = row.getInt(3);
    long since = row.getLong(4);
    long asked = row.getLong(5);
    byte[] rest = row.getBytes(6);
    if (key == null || rest == null) {
      throw MapSql.damage("a user's row of the view is damaged");
    }
    check(key, pair, state, since, asked, rest).require(row.getInt(7), key);
    try {
      ByteReader in = new ByteReader(rest);
      int to = (int) in.number() - 1;
      long epoch = in.number();
      Standing standing = standing(in, since, epoch);
      String movingTo = to < 0 ? null : pairs.name(to);
      int priority = in.atEnd() ? 0 : (int) in.signed();
      RestoreRequest request =
          asked == 0 ? null : new RestoreRequest(asked, Instant.ofEpochMilli(in.signed()));
      String address = MapSql.address(key);
      return new User(
          address, pairs.name(pair), state(state), movingTo, priority, request, standing);
    } catch (IOException e) {
      throw MapSql.damage("a user's row of the view makes no sense: " + e.getMessage());
    }
  }

  private static Standing standing(ByteReader in, long since, long epoch) throws IOException {
    String by = in.text();
    return new Standing(in.text(), Instant.ofEpochMilli(since), by, epoch);
  }

  private static RowCheck check(
      String key, int pair, int state, long since, long asked, byte[] rest) {
    long place = ((long) pair << 8) | state;
    return new RowCheck().text(key).number(place).number(since).number(asked).octets(rest);
  }

  static UserState state(int code) throws SQLException {
    return UserState.ofCode(code).orElseThrow(() -> new SQLException("no state " + code));
  }

  // ---- writing

  /** A user as it is written. */
  private static final class Row {
    final String key;
    final int pair;
    final int state;
    final long since;
    final long asked;
    final byte[] rest;
    final int check;

    Row(String key, int pair, int state, long since, long asked, byte[] rest) {
      this.key = key;
      this.pair = pair;
      this.state = state;
      this.since = since;
      this.asked = asked;
      this.rest = rest;
      this.check = check(key, pair, state, since, asked, rest).sum();
    }
  }

  private Row row(User user) throws SQLException {
    String key = MapSql.key(user.address());
    int pair = pairs.id(user.pair());
    int state = user.state().code();
    long since = user.standing().since().toEpochMilli();
    RestoreRequest request = user.request();
    long asked = request == null ? 0 : request.number();
    return new Row(key, pair, state, since, asked, rest(user));
  }

  private byte[] rest(User user) throws SQLException {
    Standing s = user.standing();
    String to = user.movingTo();
    ByteWriter out = new ByteWriter(64);
    out.number(to == null ? 0 : pairs.id(to) + 1).number(s.epoch());
    out.text(s.by()).text(s.reason());
    RestoreRequest request = user.request();
    if (user.priority() != 0 || request != null) {
      out.signed(user.priority());
    }
    return (request == null ? out : out.signed(request.since().toEpochMilli())).bytes();
  }

  /** Takes a user out of the counts. */
  void uncount(User user, UserGroups.Tally from) throws SQLException {
    Row row = row(user);
    from.remove(row.pair, user.state(), row.check);
  }

  /**
   * Writes users of different addresses, in the order of their keys: neighbours share their page.
   *
   * @param before those of them that are there already
   * @param counts to add them to
   */
  void put(
      Session session, Collection<User> users, Map<String, User> before, UserGroups.Tally counts)
      throws SQLException {
    List<Row> fresh = new ArrayList<>(users.size());
    List<Row> known = new ArrayList<>();
    for (User user : users) {
      Row row = row(user);
      (before.containsKey(user.address()) ? known : fresh).add(row);
      counts.add(row.pair, user.state(), row.check);
    }
    write(session, MapSql.NEW_USERS, fresh);
    write(session, MapSql.OLD_USERS, known);
  }

  /** The same where nothing is counted or indexed yet. */
  void fill(Session session, List<User> users) throws SQLException {
    List<Row> rows = new ArrayList<>(users.size());
    for (User user : users) {
      rows.add(row(user));
    }
    write(session, MapSql.ANY_USERS, rows);
  }

  private static void write(Session session, MapSql.Puts puts, List<Row> rows) throws SQLException {
    rows.sort(Comparator.comparing(row -> row.key));
    session.rows(puts, rows, UserRows::bind);
  }

  private static int bind(PreparedStatement to, int place, Row row) throws SQLException {
    int at = place;
    to.setString(at++, row.key);
    to.setInt(at++, row.pair);
    to.setInt(at++, row.state);
    to.setLong(at++, row.since);
    to.setLong(at++, row.asked);
    to.setBytes(at++, row.rest);
    to.setInt(at++, row.check);
    return at;
  }
}
