package org.holdfast.routing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The location map in SQL: a SQLite file that answers questions. It is a view of the log, never the
 * truth: it knows up to which log position it is complete, and may be thrown away.
 *
 * <p>Reading is thread-safe. Everything named "writer" here is used by one thread at a time, the
 * owner of the map's writing lock.
 *
 * <p>A commit is atomic and survives the process, but is not synced before the next checkpoint: a
 * crash of the machine may bring an older state back, whole. The position goes with it, in the same
 * transaction, and the log fills the gap. A log that was rewritten since says so in its first
 * record; the view is then made anew.
 */
final class MapView implements AutoCloseable {

  /** The file's name; others that the database puts beside it begin with it. */
  static final String FILE = "map.db";

  /** What any view's files begin with, of earlier versions too. */
  private static final String ANY_FILE = "map.";

  private final Path file;
  private final Session writer;
  private final Readers readers;
  private final PairIds pairs;
  private final UserRows rows;
  private final LastRead lastRead = new LastRead();
  private final RestoreOrder restores;
  private volatile UserGroups groups;
  private volatile WideState wide;
  private long position;
  private long epoch;
  private long changes;

  private MapView(
      Path file, Session writer, Readers readers, ViewHead head, RestoreOrder restores) {
    this.file = file;
    this.restores = restores;
    this.writer = writer;
    this.readers = readers;
    this.pairs = head.pairs();
    this.rows = new UserRows(pairs);
    this.groups = head.groups();
    this.wide = head.wide();
    this.position = head.position();
    this.epoch = head.epoch();
    this.changes = head.changes();
  }

  /** Whether there is a file to open. */
  static boolean exists(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /**
   * Opens the view as it is on disk, or throws when it is missing, damaged or of another version.
   */
  static MapView open(Path directory) throws SQLException, IOException {
    if (!exists(directory)) {
      throw new SQLException("there is no view");
    }
    Path file = directory.resolve(FILE);
    Session writer = Session.open(file, MapSql.WRITES);
    try {
      writer.begin();
      checkVersion(writer);
      ViewHead head = ViewHead.read(writer);
      RestoreOrder restores = RestoreOrder.read(writer, head.pairs());
      writer.commit();
      return new MapView(file, writer, new Readers(file), head, restores);
    } catch (SQLException | IOException | RuntimeException e) {
      try (writer) {
        throw e;
      }
    }
  }

  /** Deletes the view's files: the database first, for the others mean nothing without it. */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    boolean _ = Files.deleteIfExists(directory.resolve(FILE));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(ANY_FILE)) {
          Files.delete(file);
        }
      }
    }
  }

  /** Throws when these are not all the tables of this version. */
  private static void checkVersion(Session session) throws SQLException {
    try (ResultSet rows = session.with(MapSql.VERSION_OF).executeQuery()) {
      if (!rows.next() || rows.getInt(1) != MapSql.VERSION) {
        throw new SQLException("the view is not of version " + MapSql.VERSION);
      }
    }
    for (String reading : List.of(MapSql.USER_AT, MapSql.ALIAS_AT, MapSql.DOMAIN_AT)) {
      var _ = session.with(reading);
    }
  }

  // ---- what it knows of itself

  /** The log position up to which this is complete. For the writer. */
  long position() {
    return position;
  }

  /** The highest epoch given. For the writer. */
  long epoch() {
    return epoch;
  }

  /** How many changes the log has had since it was last rewritten. For the writer. */
  long changes() {
    return changes;
  }

  /** How many users there are. */
  long users() {
    return groups.users();
  }

  List<Routing.UserCount> userCounts() throws SQLException {
    List<Routing.UserCount> list = new ArrayList<>();
    for (Map.Entry<UserGroups.Key, UserGroups.Group> each : groups.groups().entrySet()) {
      long users = each.getValue().users();
      if (users > 0) {
        String pair = pairs.name(each.getKey().pair());
        list.add(new Routing.UserCount(pair, each.getKey().state(), users));
      }
    }
    return list;
  }

  /** Pairs and holds as of the last change applied. */
  WideState wide() {
    return wide;
  }

  // ---- reading

  @Nullable User user(String address) throws SQLException {
    return readers.read(session -> Optional.ofNullable(rows.one(session, address))).orElse(null);
  }

  @Nullable String alias(String from) throws SQLException {
    return readers
        .read(session -> Optional.ofNullable(NameRows.target(session, from)))
        .orElse(null);
  }

  /** Is the domain declared, or has it any user, alias or catch-all? */
  boolean served(String domain) throws SQLException {
    return readers.read(session ->
        rows.anybody(session, domain) != null
            || NameRows.hasAlias(session, domain)
            || NameRows.isDeclared(session, domain));
  }

  List<User> users(
      @Nullable String pair, @Nullable UserState state, @Nullable String after, int limit)
      throws SQLException {
    String key = after == null ? "" : MapSql.key(after);
    Integer id = pair == null ? null : pairs.find(pair);
    if ((pair != null && id == null) || !hasAny(id, state)) {
      return List.of();
    }
    return readers.read(session -> rows.read(page(session, id, state, key, limit)));
  }

  private boolean hasAny(@Nullable Integer pair, @Nullable UserState state) {
    UserGroups now = groups;
    if (state == null) {
      return (pair == null ? now.users() : now.users(pair)) > 0;
    }
    return (pair == null ? now.users(state) : now.users(pair, state)) > 0;
  }

  List<User> setAside(Instant from, Instant before, String after, int limit) throws SQLException {
    String key = after.isEmpty() ? "" : MapSql.key(after);
    long first = from.toEpochMilli();
    long end = before.toEpochMilli();
    return readers.read(
        session -> rows.read(session.with(MapSql.USERS_SET_ASIDE, end, first, key, limit)));
  }

  List<Routing.SetAside> countSetAsideBefore(Instant time) throws SQLException {
    return readers.read(session -> {
      List<Routing.SetAside> counts = new ArrayList<>();
      var asked = session.with(MapSql.COUNT_SET_ASIDE, time.toEpochMilli());
      try (ResultSet found = asked.executeQuery()) {
        while (found.next()) {
          Instant since = Instant.ofEpochMilli(found.getLong(4));
          UserState state = UserRows.state(found.getInt(2));
          String pair = pairs.name(found.getInt(1));
          counts.add(new Routing.SetAside(pair, state, found.getLong(3), since));
        }
      }
      return counts;
    });
  }

  /** Is anybody being moved to this pair? Reads all who are set aside. */
  boolean isTarget(String pair) throws SQLException {
    return readers.read(session -> {
      try (ResultSet found = session.with(MapSql.ALL_SET_ASIDE).executeQuery()) {
        while (found.next()) {
          if (pair.equals(rows.read(found).movingTo())) {
            return true;
          }
        }
        return false;
      }
    });
  }

  /** The requests to be restored, in order, as of the last change applied. */
  RestoreOrder restores() {
    return restores;
  }

  /** Their users. */
  RestoreRows requests() {
    return new RestoreRows(readers, rows, pairs);
  }

  /** How many users live on this pair. */
  long users(String pair) {
    Integer id = pairs.find(pair);
    return id == null ? 0 : groups.users(id);
  }

  private static PreparedStatement page(
      Session session, @Nullable Integer pair, @Nullable UserState state, String after, int limit)
      throws SQLException {
    if (state == null) {
      return pair == null
          ? session.with(MapSql.USERS_ALL, after, limit)
          : session.with(MapSql.USERS_OF_PAIR, after, pair, limit);
    }
    if (state == UserState.ACTIVE) {
      return pair == null
          ? session.with(MapSql.USERS_ACTIVE, after, limit)
          : session.with(MapSql.USERS_ACTIVE_OF_PAIR, after, pair, limit);
    }
    return pair == null
        ? session.with(MapSql.USERS_OF_STATE, state.code(), after, limit)
        : session.with(MapSql.USERS_OF_STATE_AND_PAIR, state.code(), after, pair, limit);
  }

  /** Goes from domain to domain, not from user to user. */
  List<Routing.InhabitedDomain> inhabitedDomains(@Nullable String after, int limit)
      throws SQLException {
    return readers.read(session -> {
      List<Routing.InhabitedDomain> page = new ArrayList<>();
      String from = after == null ? "" : MapSql.afterDomain(after);
      while (page.size() < limit) {
        List<User> first = rows.read(session.with(MapSql.FIRST_USER_FROM, from));
        if (first.isEmpty()) {
          return page;
        }
        String address = first.getFirst().address();
        String domain = address.substring(address.lastIndexOf('@') + 1);
        String catchAll = address.startsWith("@") ? first.getFirst().pair() : null;
        page.add(new Routing.InhabitedDomain(domain, catchAll));
        from = MapSql.afterDomain(domain);
      }
      return page;
    });
  }

  /** Does anybody live in the domain, catch-all or by name? */
  boolean inhabited(String domain) throws SQLException {
    return readers.read(session -> rows.anybody(session, domain) != null);
  }

  List<Alias> aliases(@Nullable String after, int limit) throws SQLException {
    String key = after == null ? "" : MapSql.key(after);
    return readers.read(session -> NameRows.aliases(session, key, limit));
  }

  boolean isDeclared(String domain) throws SQLException {
    return readers.read(session -> NameRows.isDeclared(session, domain));
  }

  /** A page of the domains that were declared. */
  List<String> domains(@Nullable String after, int limit) throws SQLException {
    String from = after == null ? "" : after;
    return readers.read(session -> NameRows.domains(session, from, limit));
  }

  /** All of it as of one moment; the caller closes it soon. */
  Picture picture() throws SQLException, IOException {
    return Picture.of(file);
  }

  // ---- writing

  /** The users of these addresses, as far as there are any; for the writer. */
  Map<String, User> usersNow(Collection<String> addresses) throws SQLException {
    Map<String, User> found = new HashMap<>();
    if (users() > 0) {
      found = rows.of(writer, addresses);
      writer.commit();
    }
    lastRead.is(addresses, found);
    return new HashMap<>(found);
  }

  /**
   * Applies changes in one transaction, which brings the view up to this log position. Visible to
   * readers when it returns; after an exception nothing was applied.
   */
  void apply(List<MapChange> batch, long upTo) throws SQLException {
    UserGroups.Tally tally = new UserGroups.Tally(groups);
    RestoreOrder.Edit requests = restores.new Edit();
    long epochAfter = epoch;
    long changesAfter = changes;
    WideState wideAfter = wide;
    try {
      for (MapChange change : merged(batch)) {
        write(change, tally, requests);
      }
      for (MapChange change : batch) {
        wideAfter = wideAfter.with(change);
        epochAfter = Math.max(epochAfter, change.epoch());
        changesAfter = change instanceof MapChange.Reset ? 0 : changesAfter + change.size();
      }
      tally.write(writer);
      ViewHead.set(writer, upTo, epochAfter, changesAfter);
      writer.commit();
    } catch (SQLException e) {
      writer.rollback(e);
      throw e;
    } finally {
      lastRead.clear();
    }
    requests.committed();
    groups = tally.done();
    position = upTo;
    epoch = epochAfter;
    changes = changesAfter;
    wide = wideAfter;
  }

  /** Notes that the log was rewritten: it ends here and has this many changes. */
  void rewritten(long upTo, long changesLeft) throws SQLException {
    ViewHead.set(writer, upTo, epoch, changesLeft);
    writer.commit();
    position = upTo;
    changes = changesLeft;
  }

  /** Users that are put one after the other are put at once: in the order of all their keys. */
  private static List<MapChange> merged(List<MapChange> batch) {
    List<MapChange> merged = new ArrayList<>();
    List<User> users = new ArrayList<>();
    for (MapChange change : batch) {
      if (change instanceof MapChange.PutUsers put) {
        users.addAll(put.users());
        continue;
      }
      if (!users.isEmpty()) {
        merged.add(new MapChange.PutUsers(List.copyOf(users)));
        users.clear();
      }
      merged.add(change);
    }
    if (!users.isEmpty()) {
      merged.add(new MapChange.PutUsers(users));
    }
    return merged;
  }

  private void write(MapChange change, UserGroups.Tally tally, RestoreOrder.Edit requests)
      throws SQLException {
    switch (change) {
      case MapChange.Reset _ -> throw new IllegalStateException("a reset while in use");
      case MapChange.PutUsers p -> writeUsers(p.users(), tally, requests);
      case MapChange.RemoveUser r -> removeUser(r.address(), tally, requests);
      case MapChange.PutPair p -> writePair(p);
      case MapChange.RemovePair r -> removePair(r.name());
      case MapChange.PutAliases a -> writeAliases(a.aliases());
      case MapChange.RemoveAlias r -> writer.update(MapSql.DELETE_ALIAS, MapSql.key(r.from()));
      case MapChange.PutDomains d -> NameRows.putDomains(writer, d.domains());
      case MapChange.RemoveDomain r -> writer.update(MapSql.DELETE_DOMAIN, r.domain());
      case MapChange.PutHold h -> writeHold(h);
    }
  }

  private void writeUsers(List<User> users, UserGroups.Tally tally, RestoreOrder.Edit requests)
      throws SQLException {
    Map<String, User> last = LinkedHashMap.newLinkedHashMap(users.size());
    users.forEach(user -> last.put(user.address(), user));
    Map<String, User> before = lastRead.of(last.keySet());
    if (before == null) {
      before = tally.isEmpty() ? Map.of() : rows.of(writer, last.keySet());
    }
    for (String address : last.keySet()) {
      User old = before.get(address);
      requests.of(old, last.get(address));
      if (old != null) {
        rows.uncount(old, tally);
      }
    }
    rows.put(writer, last.values(), before, tally);
    lastRead.written(last);
  }

  private void removeUser(String address, UserGroups.Tally tally, RestoreOrder.Edit requests)
      throws SQLException {
    User old = rows.one(writer, address);
    requests.of(old, null);
    if (old != null) {
      writer.update(MapSql.DELETE_USER, MapSql.key(address));
      rows.uncount(old, tally);
    }
    lastRead.clear();
  }

  private void writePair(MapChange.PutPair change) throws SQLException {
    String name = change.pair().name();
    int id = pairs.idOrNext(name);
    ViewHead.putPair(writer, id, change);
    pairs.learn(name, id);
  }

  private void removePair(String name) throws SQLException {
    writer.update(MapSql.DELETE_PAIR, name);
    pairs.forget(name);
  }

  private void writeAliases(List<Alias> aliases) throws SQLException {
    Map<String, Alias> last = new TreeMap<>();
    aliases.forEach(alias -> last.put(MapSql.key(alias.from()), alias));
    NameRows.putAliases(writer, last.values());
  }

  private void writeHold(MapChange.PutHold hold) throws SQLException {
    if (hold.onHold()) {
      ViewHead.putHold(writer, hold);
    } else {
      writer.update(MapSql.DELETE_HOLD, hold.domain());
    }
  }

  @Override
  public void close() throws SQLException {
    try (writer;
        readers) {
      lastRead.clear();
    }
  }
}
