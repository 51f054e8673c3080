package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.QueueSummary;
import org.jspecify.annotations.Nullable;

/** How much is held, from what the tables have added up already. Thread-safe. */
final class Totals {

  private final Selects selects;

  Totals(Selects selects) {
    this.selects = selects;
  }

  /** Totals of one lane. */
  LaneSummary summary(String lane) throws IOException {
    return selects
        .ask(
            "select waiting + parked, bytes + parkedbytes, since from lane where lane = ?",
            List.of(lane),
            row ->
                new LaneSummary(
                    lane, row.getLong(1), row.getLong(2), Instant.ofEpochMilli(row.getLong(3))))
        .stream()
        .findFirst()
        .orElse(new LaneSummary(lane, 0, 0, null));
  }

  /** What waits in each of these lanes, parked mail left out. */
  List<LaneSummary> waiting(Collection<String> lanes) throws IOException {
    List<LaneSummary> found = new ArrayList<>();
    for (String lane : lanes) {
      found.addAll(
          selects.ask(
              "select waiting, bytes, since from lane where lane = ? and waiting > 0",
              List.of(lane),
              row ->
                  new LaneSummary(
                      lane, row.getLong(1), row.getLong(2), Instant.ofEpochMilli(row.getLong(3)))));
    }
    return found;
  }

  /** Totals of each next hop, from the lanes' own totals. */
  List<QueueSummary.Totals> totals() throws IOException {
    Map<String, Sums> sums = new LinkedHashMap<>();
    selects.ask(
        "select nexthop, shut, retry > 0, sum(waiting), sum(parked), sum(bytes + parkedbytes),"
            + " min(since), min(case when waiting > 0 then since end)"
            + " from lane group by nexthop, shut, retry > 0 order by nexthop",
        List.of(),
        row -> sums.computeIfAbsent(row.getString(1), n -> new Sums()).add(row));
    List<QueueSummary.Totals> totals = new ArrayList<>();
    sums.forEach((name, sum) -> totals.add(sum.totals(name)));
    return totals;
  }

  /** Adds up the groups of one next hop. */
  private static final class Sums {
    private final Map<DeliveryState, Long> states = new EnumMap<>(DeliveryState.class);
    private long bytes;
    private long oldest = Long.MAX_VALUE;
    private long oldestOpen = Long.MAX_VALUE;

    boolean add(ResultSet row) throws SQLException {
      DeliveryState waiting =
          row.getBoolean(2)
              ? DeliveryState.HELD
              : row.getBoolean(3) ? DeliveryState.DEFERRED : DeliveryState.READY;
      states.merge(waiting, row.getLong(4), Long::sum);
      states.merge(DeliveryState.PARKED, row.getLong(5), Long::sum);
      bytes += row.getLong(6);
      oldest = Math.min(oldest, row.getLong(7));
      long since = row.getLong(8);
      if (waiting != DeliveryState.HELD && !row.wasNull()) {
        oldestOpen = Math.min(oldestOpen, since);
      }
      return true;
    }

    QueueSummary.Totals totals(String name) {
      return new QueueSummary.Totals(
          name, Map.copyOf(states), bytes, instant(oldest), instant(oldestOpen));
    }

    private static @Nullable Instant instant(long millis) {
      return millis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(millis);
    }
  }

  /** Number of messages held and their octets, each counted once: {@code messages, octets}. */
  Map<String, Long> messages() throws IOException {
    Map<String, Long> found = new HashMap<>();
    selects.ask(
        "select k, v from meta",
        List.of(),
        row -> found.put(row.getString(1), row.getLong(2)) == null);
    return found;
  }
}
