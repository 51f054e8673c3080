package org.holdfast.routing;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.holdfast.routing.Routing.DomainHold;

/**
 * The whole map as of one moment, as the changes that make it. It is a read transaction of the
 * view: changes go on meanwhile, and the view's write-ahead log keeps them all until this is
 * closed. One thread.
 */
final class Picture implements AutoCloseable {

  private final Session session;
  private final ViewHead head;
  private final UserRows rows;

  /** Takes the changes one by one. */
  interface Sink {
    void take(MapChange change) throws SQLException, IOException;
  }

  private Picture(Session session, ViewHead head) {
    this.session = session;
    this.head = head;
    this.rows = new UserRows(head.pairs());
  }

  static Picture of(Path file) throws SQLException, IOException {
    Session session = Session.open(file, MapSql.READS);
    try {
      session.begin();
      return new Picture(session, ViewHead.read(session));
    } catch (SQLException | IOException | RuntimeException e) {
      try (session) {
        throw e;
      }
    }
  }

  /** The log position of this moment. */
  long position() {
    return head.position();
  }

  /** How many changes the log had had then. */
  long changes() {
    return head.changes();
  }

  /** Looks whether it may go on; asked before each page. */
  interface Limit {
    void check() throws SQLException;
  }

  /** Takes one page after the other. */
  private interface Pages<T> {
    void take(List<T> page) throws SQLException, IOException;
  }

  /**
   * Hands out everything, page by page, as the changes that make it. Throws that the view is
   * damaged when its users are not those that it has counted: the sum of their checksums must be
   * the one that was kept change by change.
   */
  void each(Sink sink) throws SQLException, IOException {
    sink.take(new MapChange.Reset(head.epoch()));
    for (Pair pair : head.wide().pairs().values()) {
      sink.take(new MapChange.PutPair(pair));
    }
    for (var hold : head.wide().holds().entrySet()) {
      sink.take(new MapChange.PutHold(hold.getKey(), true, hold.getValue()));
    }
    users(page -> sink.take(new MapChange.PutUsers(page)));
    aliases(page -> sink.take(new MapChange.PutAliases(page, head.epoch())));
    domains(page -> sink.take(new MapChange.PutDomains(page, head.epoch())));
  }

  /** Hands out everything for people: pairs, domains, holds, users, aliases; each in order. */
  void copyTo(MapSink to, Limit limit) throws SQLException, IOException {
    to.pairs(
        head.wide().pairs().values().stream().sorted(Comparator.comparing(Pair::name)).toList());
    domains(limited(limit, to::domains));
    to.holds(
        head.wide().holds().entrySet().stream()
            .map(hold -> new DomainHold(hold.getKey(), hold.getValue()))
            .sorted(Comparator.comparing(DomainHold::domain))
            .toList());
    users(limited(limit, to::users));
    aliases(limited(limit, to::aliases));
  }

  private static <T> Pages<T> limited(Limit limit, Pages<T> pages) {
    return page -> {
      limit.check();
      pages.take(page);
    };
  }

  private void users(Pages<User> pages) throws SQLException, IOException {
    UserGroups.Tally left = new UserGroups.Tally(head.groups());
    String last = "";
    List<User> page;
    do {
      page = rows.read(session.with(MapSql.USERS_ALL, last, MapChange.BATCH));
      if (!page.isEmpty()) {
        for (User user : page) {
          rows.uncount(user, left);
        }
        last = MapSql.key(page.getLast().address());
        pages.take(page);
      }
    } while (page.size() == MapChange.BATCH);
    left.requireNothing();
  }

  private void aliases(Pages<Alias> pages) throws SQLException, IOException {
    String last = "";
    List<Alias> page;
    do {
      page = NameRows.aliases(session, last, MapChange.BATCH);
      if (!page.isEmpty()) {
        last = MapSql.key(page.getLast().from());
        pages.take(page);
      }
    } while (page.size() == MapChange.BATCH);
  }

  private void domains(Pages<String> pages) throws SQLException, IOException {
    String last = "";
    List<String> page;
    do {
      page = NameRows.domains(session, last, MapChange.BATCH);
      if (!page.isEmpty()) {
        last = page.getLast();
        pages.take(page);
      }
    } while (page.size() == MapChange.BATCH);
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
