package org.holdfast.routing;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log in proportion to the map: when it has many more changes than there are things to
 * know, it is replaced by a picture of the map. The first record voids what went before, so a view
 * of any age may replay it. Runs under the map's writing lock.
 */
final class LogCompaction {

  private static final Logger logger = LoggerFactory.getLogger(LogCompaction.class);

  /** So many changes in the log for each thing in the map. */
  static final int RATIO = 4;

  /** A log with fewer changes is left alone. */
  static final long FLOOR = 100_000;

  private final ChangeLog changes;
  private long notBefore;

  LogCompaction(ChangeLog changes) {
    this.changes = changes;
  }

  void compactIfWorth(LocationMap map) throws SQLException {
    MapView view = map.view();
    long live = view.users() + view.wide().pairs().size() + view.wide().holds().size();
    if (view.changes() < Math.max(notBefore, FLOOR + RATIO * live)) {
      return;
    }
    Picture picture = new Picture(view);
    try {
      view.rewritten(changes.rewrite(picture), picture.things);
      notBefore = 0;
    } catch (IOException | ViewFailed e) {
      if (picture.failure != null) {
        throw picture.failure;
      }
      notBefore = view.changes() + FLOOR;
      logger.warn("the map's log could not be compacted and stays as it is", e);
    }
  }

  /** Ends the reading; the log may wrap it. What happened stands in the picture. */
  private static final class ViewFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ViewFailed(SQLException why) {
      super(why);
    }
  }

  /** The whole map as records, read page by page. */
  private static final class Picture implements Iterator<byte[]> {

    private final MapView view;
    private Iterator<MapChange> ready;
    private String lastUser = "";
    private String lastAlias = "";
    private String lastDomain = "";
    private boolean usersDone;
    private boolean aliasesDone;
    private boolean domainsDone;
    private long things;
    private long users;
    private @Nullable SQLException failure;

    Picture(MapView view) {
      this.view = view;
      List<MapChange> first = new ArrayList<>();
      first.add(new MapChange.Reset(view.epoch()));
      WideState wide = view.wide();
      wide.pairs().values().forEach(pair -> first.add(new MapChange.PutPair(pair)));
      wide.holds().forEach((d, s) -> first.add(new MapChange.PutHold(d, true, s)));
      ready = first.iterator();
    }

    @Override
    public boolean hasNext() {
      try {
        while (!ready.hasNext() && !domainsDone) {
          ready = !usersDone ? nextUsers() : !aliasesDone ? nextAliases() : nextDomains();
        }
        return ready.hasNext();
      } catch (SQLException e) {
        failure = e;
        throw new ViewFailed(e);
      }
    }

    private Iterator<MapChange> nextUsers() throws SQLException {
      List<User> page =
          view.users(null, null, lastUser.isEmpty() ? null : lastUser, MapChange.BATCH);
      usersDone = page.size() < MapChange.BATCH;
      users += page.size();
      if (usersDone && users != view.users()) {
        // The truth must not be replaced by a view that has lost something.
        throw MapSql.damage("the view has " + users + " users, not " + view.users());
      }
      if (page.isEmpty()) {
        return List.<MapChange>of().iterator();
      }
      lastUser = page.getLast().address();
      return List.<MapChange>of(new MapChange.PutUsers(page)).iterator();
    }

    private Iterator<MapChange> nextAliases() throws SQLException {
      List<Alias> page = view.aliases(lastAlias.isEmpty() ? null : lastAlias, MapChange.BATCH);
      aliasesDone = page.size() < MapChange.BATCH;
      if (page.isEmpty()) {
        return List.<MapChange>of().iterator();
      }
      lastAlias = page.getLast().from();
      return List.<MapChange>of(new MapChange.PutAliases(page, view.epoch())).iterator();
    }

    private Iterator<MapChange> nextDomains() throws SQLException {
      List<String> page = view.domains(lastDomain, MapChange.BATCH);
      domainsDone = page.size() < MapChange.BATCH;
      if (page.isEmpty()) {
        return List.<MapChange>of().iterator();
      }
      lastDomain = page.getLast();
      return List.<MapChange>of(new MapChange.PutDomains(page, view.epoch())).iterator();
    }

    @Override
    public byte[] next() {
      MapChange change = ready.next();
      things += change.size();
      return ChangeRecord.encode(change);
    }
  }
}
