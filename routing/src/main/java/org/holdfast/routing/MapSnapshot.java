package org.holdfast.routing;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.holdfast.routing.Routing.DomainHold;

/**
 * The view as it was at the moment when this was opened: one transaction that reads. While it is
 * open the database keeps every page that is changed, so whoever has one closes it soon. Used by
 * one thread.
 */
final class MapSnapshot implements AutoCloseable {

  /** Rows handed out at a time. */
  private static final int PAGE = 5_000;

  private final Session session;
  private final List<Pair> pairs = new ArrayList<>();

  /** The numbers as of that moment: a pair may be removed meanwhile. */
  private final PairIds ids = new PairIds();

  private MapSnapshot(Session session) {
    this.session = session;
  }

  static MapSnapshot open(Path file) throws SQLException {
    MapSnapshot snapshot = new MapSnapshot(Session.open(file, MapSql.READS));
    try {
      snapshot.session.begin();
      snapshot.readPairs();
      return snapshot;
    } catch (SQLException | RuntimeException e) {
      try (snapshot) {
        throw e;
      }
    }
  }

  private void readPairs() throws SQLException {
    try (ResultSet rows = session.with(MapSql.PAIRS).executeQuery()) {
      while (rows.next()) {
        Pair pair = ((MapChange.PutPair) decoded(rows.getBytes(2))).pair();
        ids.learn(pair.name(), rows.getInt(1));
        pairs.add(pair);
      }
    }
    pairs.sort(Comparator.comparing(Pair::name));
  }

  private static MapChange decoded(byte[] bytes) throws SQLException {
    try {
      return ChangeRecord.decode(bytes);
    } catch (IOException e) {
      throw MapSql.damage("a record of the view cannot be read: " + e.getMessage());
    }
  }

  /** Looks whether it may go on; asked between pages. */
  interface Limit {
    void check() throws SQLException;
  }

  void copyTo(MapSink to, Limit limit) throws SQLException, IOException {
    to.pairs(List.copyOf(pairs));
    domains(to, limit);
    to.holds(holds());
    users(to, limit);
    aliases(to, limit);
  }

  private void domains(MapSink to, Limit limit) throws SQLException, IOException {
    List<String> page = domains("");
    while (!page.isEmpty()) {
      limit.check();
      to.domains(page);
      page = domains(page.getLast());
    }
  }

  private List<String> domains(String after) throws SQLException {
    List<String> page = new ArrayList<>();
    try (ResultSet rows = session.with(MapSql.DOMAINS, after, PAGE).executeQuery()) {
      while (rows.next()) {
        page.add(rows.getString(1));
      }
    }
    return page;
  }

  private List<DomainHold> holds() throws SQLException {
    List<DomainHold> holds = new ArrayList<>();
    try (ResultSet rows = session.with(MapSql.HOLDS).executeQuery()) {
      while (rows.next()) {
        MapChange.PutHold hold = (MapChange.PutHold) decoded(rows.getBytes(1));
        holds.add(new DomainHold(hold.domain(), hold.standing()));
      }
    }
    holds.sort(Comparator.comparing(DomainHold::domain));
    return holds;
  }

  private void users(MapSink to, Limit limit) throws SQLException, IOException {
    UserRows rows = new UserRows(ids);
    List<User> page = rows.read(session.with(MapSql.USERS_ALL, "", PAGE));
    while (!page.isEmpty()) {
      limit.check();
      to.users(page);
      String after = MapSql.key(page.getLast().address());
      page = rows.read(session.with(MapSql.USERS_ALL, after, PAGE));
    }
  }

  private void aliases(MapSink to, Limit limit) throws SQLException, IOException {
    List<Alias> page = aliases("");
    while (!page.isEmpty()) {
      limit.check();
      to.aliases(page);
      page = aliases(MapSql.key(page.getLast().from()));
    }
  }

  private List<Alias> aliases(String after) throws SQLException {
    List<Alias> page = new ArrayList<>();
    try (ResultSet rows = session.with(MapSql.ALIASES, after, PAGE).executeQuery()) {
      while (rows.next()) {
        page.add(new Alias(MapSql.address(rows.getString(1)), rows.getString(2)));
      }
    }
    return page;
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
