package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Delivery;

/**
 * Reads the first deliveries of a lane, from the tables and from what is not in them yet.
 * Thread-safe.
 */
final class HeadReader {

  private static final String WAITING =
      "select d.k, d.seq, d.state, d.attempts, d.next, d.reply, d.described,"
          + " (select m.pos from message m where m.seq = d.seq)"
          + " from delivery d indexed by delivery_lane"
          + " where d.lane = (select id from lane where lane = ?) and d.state = 0 and d.k > ?"
          + " order by d.k limit ?";

  private final Selects selects;
  private final Heads heads;
  private final LoggedRows logged;

  HeadReader(Selects selects, Heads heads, LoggedRows logged) {
    this.selects = selects;
    this.heads = heads;
    this.logged = logged;
  }

  /** {@link Questions#head}. */
  List<Placed> head(String lane, int limit, Consumer<Questions.Row> unreadable) throws IOException {
    Lock reading = heads.reading();
    reading.lock();
    try {
      SortedMap<Long, Placed> found = new TreeMap<>();
      Fresh.Lane fresh = heads.fresh(lane);
      if (fresh != null) {
        addFresh(fresh, limit, found);
      }
      if (fresh == null || !fresh.alone()) {
        addRows(lane, limit, found, unreadable);
      }
      return found.values().stream().limit(limit).toList();
    } finally {
      reading.unlock();
    }
  }

  private void addFresh(Fresh.Lane lane, int limit, SortedMap<Long, Placed> found) {
    for (Map.Entry<Long, Placed> each : lane.waiting().entrySet()) {
      if (found.size() >= limit) {
        return;
      }
      if (!heads.hides(each.getKey())) {
        found.put(each.getKey(), each.getValue());
      }
    }
  }

  /** While heads are read, no segment goes that the tables spoke of: {@link Heads}. */
  private void addRows(
      String lane, int limit, SortedMap<Long, Placed> found, Consumer<Questions.Row> unreadable)
      throws IOException {
    long revision = heads.revision();
    long after = heads.passed(lane);
    int count = 0;
    while (count < limit) {
      List<Questions.Row> rows = waiting(lane, after, limit);
      for (Questions.Row row : rows) {
        after = row.key();
        if (heads.hides(row.key())) {
          if (count == 0) {
            heads.passed(lane, row.key());
          }
        } else if (count < limit) {
          // A damaged envelope may still read, as that of another lane.
          Optional<Delivery> delivery =
              logged.delivery(row).filter(d -> d.recipient().lane().equals(lane));
          delivery.ifPresentOrElse(
              d -> found.put(row.key(), new Placed(d, row.position(), revision)),
              () -> unreadable.accept(row));
          count += delivery.isPresent() ? 1 : 0;
        }
      }
      if (rows.size() < limit) {
        break;
      }
    }
  }

  private List<Questions.Row> waiting(String lane, long after, int limit) throws IOException {
    return selects.read(statements -> waiting(statements, lane, after, limit));
  }

  private static List<Questions.Row> waiting(
      Statements statements, String lane, long after, int limit) throws SQLException {
    PreparedStatement select = statements.of(WAITING);
    select.setString(1, lane);
    select.setLong(2, after);
    select.setInt(3, limit);
    List<Questions.Row> found = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(Selects.row(rows, lane, "", false, 0, "", null, null));
      }
    }
    return found;
  }
}
