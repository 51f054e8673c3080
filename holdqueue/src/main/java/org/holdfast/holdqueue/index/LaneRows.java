package org.holdfast.holdqueue.index;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of lanes that a {@link Batch} touches, and those it may touch next: all mail asks for
 * its lane, so they are kept from one transaction to the next. One thread.
 */
final class LaneRows {

  /** Lanes that are remembered after they were written. */
  private static final int MOST = 50_000;

  /** The age of lanes that lost their head while the index was being built. */
  private static final long UNKNOWN = -1;

  /** Writes those ages, when the indexes are there. */
  static final String AGES = "update lane set since = " + age("lane.id") + " where since < 0";

  private final Statements statements;
  private final boolean building;
  private final Map<String, Rows.Lane> lanes = new HashMap<>();
  private final Map<Long, Rows.Lane> lanesById = new HashMap<>();
  private long nextLane;

  /**
   * @param building the tables have no indexes yet; {@link #AGES} belongs to the end of it
   */
  LaneRows(Statements statements, boolean building) throws SQLException {
    this.statements = statements;
    this.building = building;
    PreparedStatement select = statements.of("select coalesce(max(id), 0) + 1 from lane");
    try (ResultSet row = select.executeQuery()) {
      row.next();
      nextLane = row.getLong(1);
    }
  }

  /** Null when there is none. */
  Rows.@Nullable Lane lane(String name) throws SQLException {
    Rows.Lane known = lanes.get(name);
    return known != null ? known : loadLane("lane = ?", name);
  }

  /** The same by its number. */
  Rows.@Nullable Lane lane(long id) throws SQLException {
    Rows.Lane known = lanesById.get(id);
    return known != null ? known : loadLane("id = ?", id);
  }

  private Rows.@Nullable Lane loadLane(String which, Object value) throws SQLException {
    PreparedStatement select =
        statements.of(
            "select id, lane, domain, nexthop, shut, waiting, parked, bytes, parkedbytes, since,"
                + " retry from lane where "
                + which);
    select.setObject(1, value);
    try (ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      Rows.Lane lane = new Rows.Lane();
      lane.id = row.getLong(1);
      lane.lane = row.getString(2);
      lane.domain = row.getString(3);
      lane.nextHop = row.getString(4);
      lane.shut = row.getBoolean(5);
      lane.waiting = row.getLong(6);
      lane.parked = row.getLong(7);
      lane.bytes = row.getLong(8);
      lane.parkedBytes = row.getLong(9);
      lane.since = row.getLong(10);
      lane.retry = row.getLong(11);
      return remember(lane);
    }
  }

  Rows.Lane laneOrNew(String name) throws SQLException {
    Rows.Lane known = lane(name);
    if (known != null) {
      return known;
    }
    Rows.Lane lane = new Rows.Lane();
    lane.id = nextLane++;
    lane.lane = name;
    lane.domain = name.substring(name.lastIndexOf('@') + 1);
    lane.mark = Rows.Mark.NEW;
    return remember(lane);
  }

  private Rows.Lane remember(Rows.Lane lane) {
    lanes.put(lane.lane, lane);
    lanesById.put(lane.id, lane);
    return lane;
  }

  /** They were written. */
  void forgetSome() {
    if (lanes.size() > MOST) {
      forget();
    }
  }

  /** Reads them anew when they are asked for. */
  void forget() {
    lanes.clear();
    lanesById.clear();
  }

  /** Writes what has changed; empty lanes go. */
  void write() throws SQLException {
    Inserts insert = new Inserts(statements, "lane", 11);
    PreparedStatement update =
        statements.of(
            "update lane set nexthop = ?, shut = ?, waiting = ?, parked = ?, bytes = ?,"
                + " parkedbytes = ?, since = ?, retry = ? where id = ?");
    ByKeys delete = ByKeys.delete(statements, "lane", "id");
    List<Rows.Lane> gone = new ArrayList<>();
    for (Rows.Lane lane : lanes.values()) {
      settle(lane);
      switch (lane.mark) {
        case NEW ->
            insert.add(
                lane.id,
                lane.lane,
                lane.domain,
                lane.nextHop,
                lane.shut,
                lane.waiting,
                lane.parked,
                lane.bytes,
                lane.parkedBytes,
                lane.since,
                lane.retry);
        case CHANGED ->
            Statements.batch(
                update,
                lane.nextHop,
                lane.shut,
                lane.waiting,
                lane.parked,
                lane.bytes,
                lane.parkedBytes,
                lane.since,
                lane.retry,
                lane.id);
        case GONE -> delete.add(lane.id);
        case NEVER, CLEAN -> {}
      }
      if (lane.there()) {
        lane.written();
      } else {
        gone.add(lane);
      }
    }
    delete.finish();
    insert.finish();
    update.executeBatch();
    for (Rows.Lane lane : gone) {
      lanes.remove(lane.lane);
      lanesById.remove(lane.id);
    }
  }

  /** An empty lane goes; one that lost its head gets the age of the next. */
  private void settle(Rows.Lane lane) throws SQLException {
    if (lane.mark == Rows.Mark.CLEAN) {
      return;
    }
    if (lane.waiting + lane.parked == 0) {
      lane.gone();
      return;
    }
    if (!lane.headGone) {
      return;
    }
    if (building) {
      lane.since = UNKNOWN;
      lane.changed();
      return;
    }
    PreparedStatement select = statements.of("select " + age("?1"));
    select.setLong(1, lane.id);
    try (ResultSet row = select.executeQuery()) {
      if (row.next()) {
        lane.since = row.getLong(1);
        lane.changed();
      }
    }
  }

  /** When the older of a lane's first delivery waiting and first one parked was accepted. */
  private static String age(String lane) {
    String first =
        "(select min(k) from delivery indexed by delivery_lane where lane = %s and state = %d)";
    return String.format(
        Locale.ROOT,
        "coalesce((select min(m.accepted) from message m where m.seq in (select seq from delivery"
            + " where k in ("
            + first
            + ", "
            + first
            + "))), 0)",
        lane,
        Rows.Delivery.WAITING,
        lane,
        Rows.Delivery.PARKED);
  }
}
