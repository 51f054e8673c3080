package org.holdfast.holdqueue.index;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.holdqueue.log.SegmentLog;

/** What each segment of the log is still good for. One thread. */
final class SegmentUse {

  private final SegmentLog log;
  private final Map<Long, Rows.Segment> segments = new HashMap<>();

  SegmentUse(SegmentLog log) {
    this.log = log;
  }

  Rows.Segment of(long base) {
    return segments.computeIfAbsent(base, b -> new Rows.Segment());
  }

  /** Reads what the tables have. */
  void load(Connection connection) throws SQLException {
    segments.clear();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery("select base, live from segment")) {
        while (rows.next()) {
          of(rows.getLong(1)).live = rows.getLong(2);
        }
      }
      try (ResultSet rows = statement.executeQuery("select base, target from reference")) {
        while (rows.next()) {
          of(rows.getLong(1)).refer(rows.getLong(2));
          of(rows.getLong(1)).newTargets();
        }
      }
    }
    checkAgainstLog();
  }

  /** An index that knows live mail in a segment that is gone is wrong. */
  private void checkAgainstLog() throws SQLException {
    Set<Long> there = new HashSet<>(log.segments());
    for (Map.Entry<Long, Rows.Segment> each : segments.entrySet()) {
      if (each.getValue().live > 0 && !there.contains(each.getKey())) {
        throw new SQLException("the index knows mail in a segment that is gone: " + each.getKey());
      }
    }
  }

  /** Writes what has changed; the caller commits. */
  void write(Connection connection) throws SQLException {
    try (PreparedStatement live =
            connection.prepareStatement("insert or replace into segment values (?, ?)");
        PreparedStatement target =
            connection.prepareStatement("insert or ignore into reference values (?, ?)")) {
      for (Map.Entry<Long, Rows.Segment> each : segments.entrySet()) {
        write(each.getKey(), each.getValue(), live, target);
      }
      live.executeBatch();
      target.executeBatch();
    }
  }

  private static void write(
      long base, Rows.Segment segment, PreparedStatement live, PreparedStatement target)
      throws SQLException {
    if (segment.writtenLive != segment.live) {
      live.setLong(1, base);
      live.setLong(2, segment.live);
      live.addBatch();
      segment.writtenLive = segment.live;
    }
    for (long to : segment.newTargets()) {
      target.setLong(1, base);
      target.setLong(2, to);
      target.addBatch();
    }
  }

  /**
   * Segments that hold no live message and whose records speak only of messages that are gone with
   * segments deleted before, or with this one: a rebuild would not miss them. Only those that were
   * read to their end: whether one further on holds a live message is not known yet.
   *
   * @param applied where reading has come to
   */
  List<Long> useless(long applied) {
    List<Long> found = new ArrayList<>();
    Set<Long> there = new HashSet<>(log.segments());
    for (long base : log.segments()) {
      if (base + log.segmentLength(base) > applied) {
        break;
      }
      Rows.Segment segment = of(base);
      boolean free =
          segment.live == 0
              && segment.targets.stream().noneMatch(t -> t != base && there.contains(t));
      if (free && base != log.segments().getLast()) {
        found.add(base);
        there.remove(base);
      }
    }
    return found;
  }

  /** A segment has been deleted; the caller commits. */
  void forget(Connection connection, long base) throws SQLException {
    segments.remove(base);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("delete from segment where base = " + base);
      statement.executeUpdate("delete from reference where base = " + base);
    }
  }
}
