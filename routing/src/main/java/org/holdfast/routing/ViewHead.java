package org.holdfast.routing;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a view knows besides its users, aliases and domains: little, read at once, in one
 * transaction with whatever is read next.
 *
 * @param position the log position up to which the view is complete
 * @param epoch the highest epoch given
 * @param changes how many changes the log has had since it was last written anew
 */
record ViewHead(
    long position, long epoch, long changes, WideState wide, PairIds pairs, UserGroups groups) {

  static ViewHead read(Session session) throws SQLException, IOException {
    long[] numbers = numbers(session);
    PairIds pairs = new PairIds();
    WideState wide = WideState.EMPTY;
    try (ResultSet rows = session.with(MapSql.PAIRS).executeQuery()) {
      while (rows.next()) {
        int id = rows.getInt(1);
        String name = String.valueOf(rows.getString(2));
        MapChange change =
            ChangeRecord.decode(RowCheck.opened(pairKey(id, name), rows.getBytes(3)));
        pairs.learn(name, id);
        wide = wide.with(change);
      }
    }
    try (ResultSet rows = session.with(MapSql.HOLDS).executeQuery()) {
      while (rows.next()) {
        String domain = String.valueOf(rows.getString(1));
        wide = wide.with(ChangeRecord.decode(RowCheck.opened(domain, rows.getBytes(2))));
      }
    }
    UserGroups groups = UserGroups.read(session);
    return new ViewHead(numbers[0], numbers[1], numbers[2], wide, pairs, groups);
  }

  private static long[] numbers(Session session) throws SQLException {
    try (ResultSet rows = session.with(MapSql.POSITION).executeQuery()) {
      if (!rows.next()) {
        throw MapSql.damage("the view does not know its position");
      }
      long[] numbers = {rows.getLong(1), rows.getLong(2), rows.getLong(3)};
      check(numbers[0], numbers[1], numbers[2]).require(rows.getInt(4), "position");
      return numbers;
    }
  }

  private static RowCheck check(long position, long epoch, long changes) {
    return new RowCheck().number(position).number(epoch).number(changes);
  }

  private static String pairKey(int id, String name) {
    return id + " " + name;
  }

  // ---- writing

  static void begin(Session session) throws SQLException {
    int check = check(0, 0, 0).sum();
    int _ = session.update(MapSql.PUT_POSITION, MapSql.VERSION, 0, 0, 0, check);
  }

  static void set(Session session, long position, long epoch, long changes) throws SQLException {
    int check = check(position, epoch, changes).sum();
    int _ = session.update(MapSql.SET_POSITION, position, epoch, changes, check);
  }

  static void putPair(Session session, int id, MapChange.PutPair change) throws SQLException {
    String name = change.pair().name();
    byte[] record = RowCheck.sealed(pairKey(id, name), ChangeRecord.encode(change));
    int _ = session.update(MapSql.PUT_PAIR, id, name, record);
  }

  static void putHold(Session session, MapChange.PutHold hold) throws SQLException {
    byte[] record = RowCheck.sealed(hold.domain(), ChangeRecord.encode(hold));
    int _ = session.update(MapSql.PUT_HOLD, hold.domain(), record);
  }
}
