package org.holdfast.gateway.admin;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.NotYetKnownException;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/** How much is held for a user, a pair, a domain. Thread-safe. */
final class HeldMail {

  /**
   * The queue counts by mailbox and pair, not by domain: for a domain or its catch-all at most this
   * many of the oldest deliveries are looked at.
   */
  static final int SCAN_MAX = 10_000;

  private final Routing routing;
  private final HoldQueue queue;

  HeldMail(Routing routing, HoldQueue queue) {
    this.routing = routing;
    this.queue = queue;
  }

  /** A count; {@code exact} is false when there was more than could be looked at. */
  record Count(long deliveries, @Nullable Instant oldest, boolean exact) {}

  /** Something to be counted. */
  interface Counting {
    long count() throws MapUnavailableException;
  }

  /**
   * A count for an answer that must not fail for want of it, because what was asked for has been
   * done: null while the queue is still finding out.
   */
  static @Nullable Long ifKnown(Counting counting) throws MapUnavailableException {
    try {
      return counting.count();
    } catch (NotYetKnownException e) {
      return null;
    }
  }

  Count ofUser(User user) throws MapUnavailableException {
    if (user.address().startsWith("@")) {
      return ofDomain(user.address().substring(1), true);
    }
    LaneSummary lane = queue.lane(user.address());
    return new Count(lane.deliveries(), lane.oldest(), true);
  }

  long ofPair(String pair) {
    return queue.summary().nextHops().stream()
        .filter(totals -> totals.nextHop().equals(pair))
        .mapToLong(HeldMail::deliveries)
        .sum();
  }

  long ofAll() {
    return queue.summary().nextHops().stream().mapToLong(HeldMail::deliveries).sum();
  }

  static long deliveries(Totals totals) {
    return totals.deliveries().values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Deliveries of a domain.
   *
   * @param catchAllOnly those without an entry of their own in the map
   */
  Count ofDomain(String domain, boolean catchAllOnly) throws MapUnavailableException {
    Map<String, Boolean> lanes = new HashMap<>();
    long found = 0;
    int seen = 0;
    Instant oldest = null;
    String cursor = null;
    while (seen < SCAN_MAX) {
      List<QueueItem> page = queue.list(QueueFilter.any(), cursor, Query.MAX_LIMIT);
      for (QueueItem item : page) {
        if (counts(item.delivery().recipient().lane(), domain, catchAllOnly, lanes)) {
          found++;
          oldest = oldest == null ? item.delivery().envelope().accepted() : oldest;
        }
      }
      if (page.size() < Query.MAX_LIMIT) {
        return new Count(found, oldest, true);
      }
      seen += page.size();
      cursor = page.getLast().cursor();
    }
    return new Count(found, oldest, false);
  }

  private boolean counts(
      String lane, String domain, boolean catchAllOnly, Map<String, Boolean> lanes)
      throws MapUnavailableException {
    if (!lane.endsWith("@" + domain)) {
      return false;
    }
    if (!catchAllOnly) {
      return true;
    }
    Boolean known = lanes.get(lane);
    if (known == null) {
      known = routing.user(lane).isEmpty();
      lanes.put(lane, known);
    }
    return known;
  }
}
