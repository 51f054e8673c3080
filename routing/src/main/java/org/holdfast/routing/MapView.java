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
  private final PairIds pairs = new PairIds();
  private final UserRows rows = new UserRows(pairs);
  private final LastRead lastRead = new LastRead();
  private volatile Map<UserGroup, Long> counts = Map.of();
  private volatile WideState wide = WideState.EMPTY;
  private long position;
  private long epoch;
  private long changes;

  /** Users of one pair and state. */
  private record UserGroup(int pair, UserState state) {}

  private MapView(Path file, Session writer, Readers readers) {
    this.file = file;
    this.writer = writer;
    this.readers = readers;
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
      MapView view = new MapView(file, writer, new Readers(file));
      try {
        view.readWhatIsInMemory();
        return view;
      } catch (SQLException | IOException | RuntimeException e) {
        try (view.readers) {
          throw e;
        }
      }
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
    for (String reading : List.of(MapSql.USER, MapSql.ALIAS)) {
      var _ = session.with(reading);
    }
  }

  private void readWhatIsInMemory() throws SQLException, IOException {
    try (ResultSet rows = writer.with(MapSql.POSITION).executeQuery()) {
      rows.next();
      position = rows.getLong(1);
      epoch = rows.getLong(2);
      changes = rows.getLong(3);
    }
    WideState read = WideState.EMPTY;
    try (ResultSet rows = writer.with(MapSql.PAIRS).executeQuery()) {
      while (rows.next()) {
        MapChange change = ChangeRecord.decode(rows.getBytes(2));
        pairs.learn(((MapChange.PutPair) change).pair().name(), rows.getInt(1));
        read = read.with(change);
      }
    }
    try (ResultSet rows = writer.with(MapSql.HOLDS).executeQuery()) {
      while (rows.next()) {
        read = read.with(ChangeRecord.decode(rows.getBytes(1)));
      }
    }
    wide = read;
    readCounts();
    writer.commit();
  }

  private void readCounts() throws SQLException {
    Map<UserGroup, Long> read = new HashMap<>();
    try (ResultSet rows = writer.with(MapSql.COUNTS).executeQuery()) {
      while (rows.next()) {
        read.put(new UserGroup(rows.getInt(1), UserRows.state(rows.getInt(2))), rows.getLong(3));
      }
    }
    counts = Map.copyOf(read);
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
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  List<Routing.UserCount> userCounts() throws SQLException {
    List<Routing.UserCount> list = new ArrayList<>();
    for (Map.Entry<UserGroup, Long> each : counts.entrySet()) {
      UserGroup group = each.getKey();
      if (each.getValue() > 0) {
        String pair = pairs.name(group.pair());
        list.add(new Routing.UserCount(pair, group.state(), each.getValue()));
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
    return readers.read(session -> Optional.ofNullable(alias(session, from))).orElse(null);
  }

  /** Has the domain any user, alias or catch-all? */
  boolean served(String domain) throws SQLException {
    String from = domain + "@";
    String to = MapSql.afterDomain(domain);
    return readers.read(session -> {
      var served = session.with(MapSql.SERVED, from, to, from, to, domain);
      try (ResultSet rows = served.executeQuery()) {
        return rows.next() && rows.getBoolean(1);
      }
    });
  }

  List<User> users(
      @Nullable String pair, @Nullable UserState state, @Nullable String after, int limit)
      throws SQLException {
    String key = after == null ? "" : MapSql.key(after);
    Integer id = pair == null ? null : pairs.find(pair);
    if (pair != null && id == null) {
      return List.of();
    }
    return readers.read(session -> rows.read(page(session, id, state, key, limit)));
  }

  List<User> setAsideBefore(Instant time, @Nullable User after, int limit) throws SQLException {
    long since = after == null ? Long.MIN_VALUE : after.standing().since().toEpochMilli();
    String key = after == null ? "" : MapSql.key(after.address());
    long before = time.toEpochMilli();
    return readers.read(
        session -> rows.read(session.with(MapSql.USERS_SET_ASIDE, before, since, key, limit)));
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

  /** Is anybody being moved to this pair? */
  boolean isTarget(String pair) throws SQLException {
    Integer id = pairs.find(pair);
    return id != null
        && readers.read(session -> {
          try (ResultSet rows = session.with(MapSql.MOVING_TO, id).executeQuery()) {
            return rows.next() && rows.getBoolean(1);
          }
        });
  }

  /** How many users live on this pair. */
  long users(String pair) {
    Integer id = pairs.find(pair);
    return counts.entrySet().stream()
        .filter(e -> id != null && e.getKey().pair() == id)
        .mapToLong(Map.Entry::getValue)
        .sum();
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

  /** Does anybody live in the domain, catch-all or by name? */
  boolean inhabited(String domain) throws SQLException {
    String catchAll = "@" + domain;
    if (user(catchAll) != null) {
      return true;
    }
    List<User> next = users(null, null, catchAll, 1);
    return !next.isEmpty() && next.getFirst().address().endsWith(catchAll);
  }

  List<Alias> aliases(@Nullable String after, int limit) throws SQLException {
    String key = after == null ? "" : MapSql.key(after);
    return readers.read(session -> {
      List<Alias> page = new ArrayList<>();
      try (ResultSet rows = session.with(MapSql.ALIASES, key, limit).executeQuery()) {
        while (rows.next()) {
          page.add(new Alias(MapSql.address(rows.getString(1)), rows.getString(2)));
        }
      }
      return page;
    });
  }

  boolean isDeclared(String domain) throws SQLException {
    return readers.read(session -> {
      try (ResultSet rows = session.with(MapSql.DECLARED, domain).executeQuery()) {
        return rows.next();
      }
    });
  }

  /** A page of the domains that were declared. */
  List<String> domains(@Nullable String after, int limit) throws SQLException {
    return readers.read(session -> {
      List<String> page = new ArrayList<>();
      String from = after == null ? "" : after;
      try (ResultSet rows = session.with(MapSql.DOMAINS, from, limit).executeQuery()) {
        while (rows.next()) {
          page.add(rows.getString(1));
        }
      }
      return page;
    });
  }

  /** A session of its own for somebody who reads for long. The caller closes it. */
  MapSnapshot snapshot() throws SQLException {
    return MapSnapshot.open(file);
  }

  private static @Nullable String alias(Session session, String from) throws SQLException {
    try (ResultSet rows = session.with(MapSql.ALIAS, MapSql.key(from)).executeQuery()) {
      return rows.next() ? rows.getString(1) : null;
    }
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
    Map<UserGroup, Long> countsAfter = new HashMap<>(counts);
    long epochAfter = epoch;
    long changesAfter = changes;
    WideState wideAfter = wide;
    try {
      for (MapChange change : batch) {
        write(change, countsAfter);
        wideAfter = wideAfter.with(change);
        epochAfter = Math.max(epochAfter, change.epoch());
        changesAfter = change instanceof MapChange.Reset ? 0 : changesAfter + change.size();
      }
      writeCounts(countsAfter);
      writer.update(MapSql.SET_POSITION, upTo, epochAfter, changesAfter);
      writer.commit();
    } catch (SQLException e) {
      writer.rollback();
      throw e;
    } finally {
      lastRead.clear();
    }
    counts = Map.copyOf(countsAfter);
    position = upTo;
    epoch = epochAfter;
    changes = changesAfter;
    wide = wideAfter;
  }

  /** Notes that the log was rewritten: it ends here and has this many changes. */
  void rewritten(long upTo, long changesLeft) throws SQLException {
    writer.update(MapSql.SET_POSITION, upTo, epoch, changesLeft);
    writer.commit();
    position = upTo;
    changes = changesLeft;
  }

  private void write(MapChange change, Map<UserGroup, Long> tally) throws SQLException {
    switch (change) {
      case MapChange.Reset _ -> throw new IllegalStateException("a reset while in use");
      case MapChange.PutUsers p -> writeUsers(p.users(), tally);
      case MapChange.RemoveUser r -> removeUser(r.address(), tally);
      case MapChange.PutPair p -> writePair(p);
      case MapChange.RemovePair r -> removePair(r.name());
      case MapChange.PutAliases a -> writeAliases(a.aliases());
      case MapChange.RemoveAlias r -> writer.update(MapSql.DELETE_ALIAS, MapSql.key(r.from()));
      case MapChange.PutDomains d -> writeDomains(d.domains());
      case MapChange.RemoveDomain r -> writer.update(MapSql.DELETE_DOMAIN, r.domain());
      case MapChange.PutHold h -> writeHold(h);
    }
  }

  private void writeUsers(List<User> users, Map<UserGroup, Long> tally) throws SQLException {
    Map<String, User> last = LinkedHashMap.newLinkedHashMap(users.size());
    users.forEach(user -> last.put(user.address(), user));
    Map<String, User> before = lastRead.of(last.keySet());
    if (before == null) {
      boolean empty = tally.values().stream().noneMatch(n -> n > 0);
      before = empty ? Map.of() : rows.of(writer, last.keySet());
    }
    for (User user : last.values()) {
      User old = before.get(user.address());
      if (old != null) {
        tally.merge(group(old), -1L, Long::sum);
      }
      tally.merge(group(user), 1L, Long::sum);
    }
    rows.put(writer, last.values());
    lastRead.written(last);
  }

  private UserGroup group(User user) throws SQLException {
    return new UserGroup(pairs.id(user.pair()), user.state());
  }

  private void removeUser(String address, Map<UserGroup, Long> tally) throws SQLException {
    User old = rows.one(writer, address);
    if (old != null) {
      writer.update(MapSql.DELETE_USER, MapSql.key(address));
      tally.merge(group(old), -1L, Long::sum);
    }
    lastRead.clear();
  }

  private void writePair(MapChange.PutPair change) throws SQLException {
    String name = change.pair().name();
    int id = pairs.idOrNext(name);
    writer.update(MapSql.PUT_PAIR, id, name, ChangeRecord.encode(change));
    pairs.learn(name, id);
  }

  private void removePair(String name) throws SQLException {
    writer.update(MapSql.DELETE_PAIR, name);
    pairs.forget(name);
  }

  private void writeDomains(List<String> domains) throws SQLException {
    for (String domain : domains) {
      writer.update(MapSql.PUT_DOMAIN, domain);
    }
  }

  private void writeAliases(List<Alias> aliases) throws SQLException {
    Map<String, String> last = new TreeMap<>();
    aliases.forEach(alias -> last.put(MapSql.key(alias.from()), alias.to()));
    List<@Nullable Object[]> puts = new ArrayList<>(last.size());
    last.forEach((from, to) -> puts.add(new Object[] {from, to}));
    writer.rows(MapSql.PUT_ALIAS, MapSql.PUT_ALIASES, puts);
  }

  private void writeHold(MapChange.PutHold hold) throws SQLException {
    if (hold.onHold()) {
      writer.update(MapSql.PUT_HOLD, hold.domain(), ChangeRecord.encode(hold));
    } else {
      writer.update(MapSql.DELETE_HOLD, hold.domain());
    }
  }

  private void writeCounts(Map<UserGroup, Long> after) throws SQLException {
    for (Map.Entry<UserGroup, Long> e : after.entrySet()) {
      if (!e.getValue().equals(counts.get(e.getKey()))) {
        UserGroup group = e.getKey();
        writer.update(MapSql.PUT_COUNT, group.pair(), group.state().code(), e.getValue());
      }
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
