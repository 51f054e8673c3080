package org.holdfast.holdqueue.index;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.holdfast.holdqueue.Lanes;
import org.jspecify.annotations.Nullable;

/**
 * What was said of lanes' ways and is not in the tables yet. Thread-safe; written by the index's
 * thread.
 */
final class LaneStatuses {

  /** Most lanes waiting to be written; further ones are left to the next time they are asked. */
  static final int MOST = 100_000;

  private final Map<String, Status> statuses = new ConcurrentHashMap<>();
  private final Queue<Wide> wides = new ConcurrentLinkedQueue<>();
  private volatile boolean misfiled;

  /** What is known of one lane's way; null: unchanged. */
  private record Status(@Nullable Boolean shut, @Nullable String nextHop) {
    Status and(Status later) {
      return new Status(
          later.shut != null ? later.shut : shut, later.nextHop != null ? later.nextHop : nextHop);
    }
  }

  /** Many lanes were opened or shut. */
  private record Wide(Lanes lanes, boolean shut) {}

  void add(String lane, @Nullable Boolean shut, @Nullable String nextHop) {
    if (statuses.size() < MOST) {
      statuses.merge(lane, new Status(shut, nextHop), Status::and);
    } else if (nextHop != null) {
      misfiled = true;
    }
  }

  void add(Lanes lanes, boolean shut) {
    wides.add(new Wide(lanes, shut));
  }

  /** Whether a next hop was lost for want of room. */
  boolean misfiled() {
    return misfiled;
  }

  boolean isEmpty() {
    return statuses.isEmpty() && wides.isEmpty();
  }

  /** Puts all of it into the batch, and writes that. */
  void write(Batch batch) throws SQLException {
    for (Wide wide = wides.poll(); wide != null; wide = wides.poll()) {
      write(batch, wide);
    }
    for (String name : List.copyOf(statuses.keySet())) {
      Status status = statuses.remove(name);
      Rows.Lane lane = status == null ? null : batch.lane(name);
      if (lane != null && status != null) {
        write(lane, status);
      }
    }
    batch.flush();
  }

  private static void write(Batch batch, Wide wide) throws SQLException {
    String set = "update lane set shut = ? where ";
    switch (wide.lanes) {
      case Lanes.One one -> batch.update(set + "lane = ?", wide.shut, one.lane());
      case Lanes.Domain domain -> batch.update(set + "domain = ?", wide.shut, domain.domain());
      case Lanes.NextHop hop -> batch.update(set + "nexthop = ?", wide.shut, hop.nextHop());
      case Lanes.All all -> batch.update(set + "true", wide.shut);
    }
  }

  private static void write(Rows.Lane lane, Status status) {
    if (status.shut != null && status.shut != lane.shut) {
      lane.shut = status.shut;
      lane.changed();
    }
    if (status.nextHop != null && !status.nextHop.equals(lane.nextHop)) {
      lane.nextHop = status.nextHop;
      lane.changed();
    }
  }
}
