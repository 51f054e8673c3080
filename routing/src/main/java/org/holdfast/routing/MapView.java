package org.holdfast.routing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The location map in SQL: an H2 file that answers questions. It is a view of the log, never the
 * truth: it knows up to which log position it is complete, and may be thrown away.
 *
 * <p>Reading is thread-safe. Everything named "writer" here is used by one thread at a time, the
 * owner of the map's writing lock.
 *
 * <p>H2 does not sync at commit, so a crash may take the last half second of commits away; the
 * position goes with them, in the same transaction, and the log fills the gap.
 */
final class MapView implements AutoCloseable {

  private static final String FILE = "map";

  private final Readers readers;
  private final Session writer;
  private final Connection keeper;
  private final Map<String, Integer> pairIds = new ConcurrentHashMap<>();
  private volatile String[] pairNames = new String[0];
  private volatile Map<UserGroup, Long> counts = Map.of();
  private volatile WideState wide = WideState.EMPTY;
  private long position;
  private long epoch;
  private long changes;

  /** Users of one pair and state. */
  private record UserGroup(int pair, UserState state) {}

  private MapView(Path directory) throws SQLException {
    keeper = connect(directory);
    Connection writing = connect(directory);
    writing.setAutoCommit(false);
    writer = new Session(writing);
    readers = new Readers(() -> connect(directory));
  }

  /** Opens the view as it is on disk; makes an empty one when there is none. */
  static MapView open(Path directory) throws SQLException, IOException {
    Files.createDirectories(directory);
    MapView view = new MapView(directory);
    try {
      view.start();
      return view;
    } catch (SQLException | IOException | RuntimeException e) {
      try (view) {
        throw e;
      }
    }
  }

  /** Deletes the view's files. */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(FILE + ".")) {
          Files.delete(file);
        }
      }
    }
  }

  private static Connection connect(Path directory) throws SQLException {
    Properties user = new Properties();
    user.setProperty("user", "holdfast");
    user.setProperty("password", "");
    String file = directory.toAbsolutePath().resolve(FILE).toString();
    return DriverManager.getConnection(MapSql.url(file), user);
  }

  private void start() throws SQLException, IOException {
    if (!tablesExist()) {
      for (String sql : MapSql.SCHEMA) {
        writer.update(sql);
      }
      writer.commit();
    }
    int version = number(writer, MapSql.VERSION_OF);
    if (version != MapSql.VERSION) {
      throw new SQLException("the view has version " + version + ", not " + MapSql.VERSION);
    }
    readWhatIsInMemory();
  }

  private boolean tablesExist() throws SQLException {
    try (ResultSet tables = keeper.getMetaData().getTables(null, null, "MAP_POSITION", null)) {
      return tables.next();
    }
  }

  private static int number(Session session, String sql) throws SQLException {
    try (ResultSet rows = session.with(sql).executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("the view is not complete");
      }
      return rows.getInt(1);
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
        learnPair(((MapChange.PutPair) change).pair().name(), rows.getInt(1));
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
        read.put(new UserGroup(rows.getInt(1), state(rows.getInt(2))), rows.getLong(3));
      }
    }
    counts = Map.copyOf(read);
  }

  private void learnPair(String name, int id) {
    pairIds.put(name, id);
    String[] names = new String[Math.max(id + 1, pairNames.length)];
    System.arraycopy(pairNames, 0, names, 0, pairNames.length);
    names[id] = name;
    pairNames = names;
  }

  private static UserState state(int code) throws SQLException {
    return UserState.ofCode(code).orElseThrow(() -> new SQLException("no state " + code));
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

  List<Routing.UserCount> userCounts() {
    List<Routing.UserCount> list = new ArrayList<>();
    counts.forEach((group, n) -> {
      if (n > 0) {
        list.add(new Routing.UserCount(pairNames[group.pair()], group.state(), n));
      }
    });
    return list;
  }

  /** Pairs and holds as of the last change applied. */
  WideState wide() {
    return wide;
  }

  // ---- reading

  @Nullable User user(String address) throws SQLException {
    return readers.read(session -> Optional.ofNullable(user(session, address))).orElse(null);
  }

  @Nullable String alias(String from) throws SQLException {
    return readers.read(session -> Optional.ofNullable(alias(session, from))).orElse(null);
  }

  /** Has the domain any user, alias or catch-all? */
  boolean served(String domain) throws SQLException {
    String from = domain + "@";
    String to = MapSql.afterDomain(domain);
    return readers.read(session -> {
      try (ResultSet rows = session.with(MapSql.SERVED, from, to, from, to).executeQuery()) {
        return rows.next() && rows.getBoolean(1);
      }
    });
  }

  List<User> users(
      @Nullable String pair, @Nullable UserState state, @Nullable String after, int limit)
      throws SQLException {
    String key = after == null ? "" : MapSql.key(after);
    Integer id = pair == null ? null : pairIds.get(pair);
    if (pair != null && id == null) {
      return List.of();
    }
    return readers.read(session -> users(page(session, id, state, key, limit)));
  }

  private static PreparedStatement page(
      Session session, @Nullable Integer pair, @Nullable UserState state, String after, int limit)
      throws SQLException {
    if (state == null) {
      return pair == null
          ? session.with(MapSql.USERS_ALL, after, limit)
          : session.with(MapSql.USERS_OF_PAIR, after, pair, limit);
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

  private @Nullable User user(Session session, String address) throws SQLException {
    List<User> found = users(session.with(MapSql.USER, MapSql.key(address)));
    return found.isEmpty() ? null : found.getFirst();
  }

  private static @Nullable String alias(Session session, String from) throws SQLException {
    try (ResultSet rows = session.with(MapSql.ALIAS, MapSql.key(from)).executeQuery()) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  private List<User> users(PreparedStatement query) throws SQLException {
    List<User> page = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        Instant since = Instant.ofEpochMilli(rows.getLong(5));
        page.add(
            new User(
                MapSql.address(rows.getString(1)),
                pairNames[rows.getInt(2)],
                state(rows.getInt(3)),
                new Standing(rows.getString(7), since, rows.getString(6), rows.getLong(4))));
      }
    }
    return page;
  }

  // ---- writing

  /** The users of these addresses, as far as there are any; for the writer. */
  Map<String, User> usersNow(Collection<String> addresses) throws SQLException {
    Map<String, User> found = new HashMap<>();
    if (users() == 0) {
      return found;
    }
    for (String address : addresses) {
      User user = user(writer, address);
      if (user != null) {
        found.put(address, user);
      }
    }
    writer.commit();
    return found;
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
      case MapChange.Reset _ -> clear(tally);
      case MapChange.PutUsers p -> writeUsers(p.users(), tally);
      case MapChange.RemoveUser r -> removeUser(r.address(), tally);
      case MapChange.PutPair p -> writePair(p);
      case MapChange.PutAliases a -> writeAliases(a.aliases());
      case MapChange.RemoveAlias r -> writer.update(MapSql.DELETE_ALIAS, MapSql.key(r.from()));
      case MapChange.PutHold h -> writeHold(h);
    }
  }

  private void clear(Map<UserGroup, Long> tally) throws SQLException {
    for (String sql : MapSql.CLEAR) {
      writer.update(sql);
    }
    tally.clear();
    pairIds.clear();
    pairNames = new String[0];
  }

  private void writeUsers(List<User> users, Map<UserGroup, Long> tally) throws SQLException {
    Map<String, User> last = new LinkedHashMap<>();
    users.forEach(user -> last.put(user.address(), user));
    boolean empty = tally.values().stream().noneMatch(n -> n > 0);
    PreparedStatement inserts = writer.with(MapSql.INSERT_USER);
    PreparedStatement updates = writer.with(MapSql.UPDATE_USER);
    int inserted = 0;
    int updated = 0;
    for (User user : last.values()) {
      User old = empty ? null : user(writer, user.address());
      if (old == null) {
        batch(MapSql.INSERT_USER, user);
        inserted++;
      } else {
        batch(MapSql.UPDATE_USER, user);
        updated++;
        tally.merge(group(old), -1L, Long::sum);
      }
      tally.merge(group(user), 1L, Long::sum);
    }
    if (inserted > 0) {
      inserts.executeBatch();
    }
    if (updated > 0) {
      updates.executeBatch();
    }
  }

  private void batch(String sql, User user) throws SQLException {
    Standing s = user.standing();
    writer
        .with(
            sql,
            pairId(user.pair()),
            user.state().code(),
            s.epoch(),
            s.since().toEpochMilli(),
            s.by(),
            s.reason(),
            MapSql.key(user.address()))
        .addBatch();
  }

  private int pairId(String pair) throws SQLException {
    Integer id = pairIds.get(pair);
    if (id == null) {
      throw new SQLException("a user lives on the pair " + pair + ", which the map does not have");
    }
    return id;
  }

  private UserGroup group(User user) throws SQLException {
    return new UserGroup(pairId(user.pair()), user.state());
  }

  private void removeUser(String address, Map<UserGroup, Long> tally) throws SQLException {
    User old = user(writer, address);
    if (old != null) {
      writer.update(MapSql.DELETE_USER, MapSql.key(address));
      tally.merge(group(old), -1L, Long::sum);
    }
  }

  private void writePair(MapChange.PutPair change) throws SQLException {
    String name = change.pair().name();
    int id = pairIds.getOrDefault(name, pairNames.length);
    writer.update(MapSql.PUT_PAIR, id, name, ChangeRecord.encode(change));
    learnPair(name, id);
  }

  private void writeAliases(List<Alias> aliases) throws SQLException {
    PreparedStatement puts = writer.with(MapSql.PUT_ALIAS);
    for (Alias alias : aliases) {
      writer.with(MapSql.PUT_ALIAS, MapSql.key(alias.from()), alias.to()).addBatch();
    }
    puts.executeBatch();
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

  /** Shuts the database down first: it may refuse everything else by now. */
  @Override
  public void close() throws SQLException {
    try (keeper;
        writer;
        readers;
        Statement shutdown = keeper.createStatement()) {
      shutdown.execute("SHUTDOWN");
    }
  }
}
