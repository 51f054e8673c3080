package org.holdfast.routing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes the view's file anew from the log: under another name, without a journal, many users at a
 * time in the order of their keys, the indexes last; a fraction of the work of following. The file
 * gets its name when it is complete and synced; what a crash leaves before that is thrown away. One
 * thread.
 */
final class Rebuild {

  /** Rows in memory that are written together, about 300 bytes each. */
  private static final int MOST_ROWS = 250_000;

  private final Session session;
  private final Progress.Of progress;
  private final PairIds pairs = new PairIds();
  private final UserRows userRows = new UserRows(pairs);

  /** What the log said last about each that is not written yet; empty: it is gone. */
  private final Map<String, Optional<User>> users = new HashMap<>();

  private final Map<String, Optional<String>> aliases = new HashMap<>();

  private final Map<String, MapChange.PutPair> pairRecords = new LinkedHashMap<>();
  private final Map<String, MapChange.PutHold> holds = new LinkedHashMap<>();
  private final Set<String> domains = new TreeSet<>();
  private long position;
  private long epoch;
  private long changes;

  private Rebuild(Session session, Progress.Of progress) {
    this.session = session;
    this.progress = progress;
  }

  /** Carries an SQLException out of a replay. */
  private static final class FillFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final SQLException why;

    FillFailed(SQLException why) {
      super(why);
      this.why = why;
    }
  }

  /** Replaces whatever view is in the folder by one of everything in the log. */
  static void run(Path directory, ChangeLog log, Progress progress)
      throws SQLException, IOException {
    Files.createDirectories(directory);
    MapView.delete(directory);
    Path unfinished = directory.resolve(MapView.FILE + ".new");
    try (Session session = Session.open(unfinished, MapSql.FILLS)) {
      new Rebuild(session, new Progress.Of(progress, log.last())).fill(log);
    }
    sync(unfinished, StandardOpenOption.WRITE);
    Files.move(unfinished, directory.resolve(MapView.FILE), StandardCopyOption.ATOMIC_MOVE);
    sync(directory, StandardOpenOption.READ);
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private void fill(ChangeLog log) throws SQLException, IOException {
    session.run(MapSql.TABLES);
    session.begin();
    ViewHead.begin(session);
    try {
      log.replay(0, this::take);
    } catch (FillFailed e) {
      throw e.why;
    }
    flush();
    finish();
  }

  private void take(long at, byte[] body) throws IOException {
    MapChange change = ChangeRecord.decode(body);
    try {
      take(change);
      position = at;
      epoch = Math.max(epoch, change.epoch());
      changes = change instanceof MapChange.Reset ? 0 : changes + change.size();
      progress.read(at, change.size());
      if (users.size() + aliases.size() >= MOST_ROWS) {
        flush();
      }
    } catch (SQLException e) {
      throw new FillFailed(e);
    }
  }

  private void take(MapChange change) throws SQLException {
    switch (change) {
      case MapChange.Reset _ -> forget();
      case MapChange.PutUsers p -> p.users().forEach(u -> users.put(u.address(), Optional.of(u)));
      case MapChange.RemoveUser r -> users.put(r.address(), Optional.empty());
      case MapChange.PutPair p -> takePair(p);
      case MapChange.RemovePair r -> removePair(r.name());
      case MapChange.PutAliases a ->
          a.aliases().forEach(alias -> aliases.put(alias.from(), Optional.of(alias.to())));
      case MapChange.RemoveAlias r -> aliases.put(r.from(), Optional.empty());
      case MapChange.PutDomains d -> domains.addAll(d.domains());
      case MapChange.RemoveDomain r -> domains.remove(r.domain());
      case MapChange.PutHold h -> holds.put(h.domain(), h);
    }
  }

  private void forget() throws SQLException {
    session.run(MapSql.CLEAR);
    users.clear();
    aliases.clear();
    pairRecords.clear();
    holds.clear();
    domains.clear();
    pairs.clear();
  }

  private void takePair(MapChange.PutPair change) {
    String name = change.pair().name();
    pairs.learn(name, pairs.idOrNext(name));
    pairRecords.put(name, change);
  }

  /** Nobody lives there as of this record, so no row will ask for its number. */
  private void removePair(String name) {
    pairRecords.remove(name);
    pairs.forget(name);
  }

  private void flush() throws SQLException {
    userRows.fill(session, users.values().stream().flatMap(Optional::stream).toList());
    delete(users, MapSql.DELETE_USER);
    users.clear();
    NameRows.putAliases(
        session,
        aliases.entrySet().stream()
            .flatMap(each -> each.getValue().map(to -> new Alias(each.getKey(), to)).stream())
            .toList());
    delete(aliases, MapSql.DELETE_ALIAS);
    aliases.clear();
    session.commit();
  }

  private <T> void delete(Map<String, Optional<T>> pending, String sql) throws SQLException {
    for (Map.Entry<String, Optional<T>> each : pending.entrySet()) {
      if (each.getValue().isEmpty()) {
        int _ = session.update(sql, MapSql.key(each.getKey()));
      }
    }
  }

  private void finish() throws SQLException {
    for (Map.Entry<String, MapChange.PutPair> pair : pairRecords.entrySet()) {
      ViewHead.putPair(session, pairs.id(pair.getKey()), pair.getValue());
    }
    for (MapChange.PutHold hold : holds.values()) {
      if (hold.onHold()) {
        ViewHead.putHold(session, hold);
      }
    }
    NameRows.putDomains(session, domains);
    UserGroups.fill(session);
    session.run(MapSql.INDEXES);
    ViewHead.set(session, position, epoch, changes);
    session.commit();
  }
}
