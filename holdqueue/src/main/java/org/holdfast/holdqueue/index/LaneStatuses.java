package org.holdfast.holdqueue.index;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.holdfast.holdqueue.Lanes;
import org.jspecify.annotations.Nullable;

/**
 * What was said of lanes' ways and is not in the tables yet. Thread-safe; written by the index's
 * thread.
 */
final class LaneStatuses {

  /** Most lanes waiting to be written; further ones are left to the next time they are asked. */
  static final int MOST = 100_000;

  /** Protects everything below. Held for moments, never while tables are written. */
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which it was said; neighbours about single lanes are one step. */
  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  private int lanes;
  private boolean misfiled;

  /** What is known of one lane's way; null: unchanged. */
  private record Status(@Nullable Boolean shut, @Nullable String nextHop) {
    Status and(Status later) {
      return new Status(
          later.shut != null ? later.shut : shut, later.nextHop != null ? later.nextHop : nextHop);
    }
  }

  private sealed interface Step {}

  /** Single lanes, by name. */
  private record Single(Map<String, Status> statuses) implements Step {}

  /** Many lanes were opened or shut. */
  private record Wide(Lanes lanes, boolean shut) implements Step {}

  void add(String lane, @Nullable Boolean shut, @Nullable String nextHop) {
    lock.lock();
    try {
      if (lanes >= MOST) {
        misfiled |= nextHop != null;
        return;
      }
      if (!(steps.peekLast() instanceof Single)) {
        steps.add(new Single(new LinkedHashMap<>()));
      }
      if (steps.getLast() instanceof Single(Map<String, Status> statuses)) {
        int before = statuses.size();
        var _ = statuses.merge(lane, new Status(shut, nextHop), Status::and);
        lanes += statuses.size() - before;
      }
    } finally {
      lock.unlock();
    }
  }

  void add(Lanes which, boolean shut) {
    if (which instanceof Lanes.One(String lane)) {
      add(lane, shut, null);
      return;
    }
    lock.lock();
    try {
      steps.add(new Wide(which, shut));
    } finally {
      lock.unlock();
    }
  }

  /** Whether a next hop was lost for want of room. */
  boolean misfiled() {
    lock.lock();
    try {
      return misfiled;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return steps.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Step next() {
    lock.lock();
    try {
      Step step = steps.poll();
      lanes -= step instanceof Single(Map<String, Status> statuses) ? statuses.size() : 0;
      return step;
    } finally {
      lock.unlock();
    }
  }

  /** Puts all of it into the batch, and writes that. */
  void write(Batch batch) throws SQLException {
    for (Step step = next(); step != null; step = next()) {
      switch (step) {
        case Wide wide -> write(batch, wide);
        case Single(Map<String, Status> statuses) -> write(batch, statuses);
      }
    }
    batch.flush();
  }

  private static void write(Batch batch, Map<String, Status> statuses) throws SQLException {
    for (Map.Entry<String, Status> each : statuses.entrySet()) {
      Rows.Lane lane = batch.lane(each.getKey());
      if (lane != null) {
        write(lane, each.getValue());
      }
    }
  }

  private static void write(Batch batch, Wide wide) throws SQLException {
    String set = "update lane set shut = ? where ";
    switch (wide.lanes) {
      case Lanes.One _ -> throw new IllegalStateException("one lane is no wide step");
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
