package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/** The deliveries that a person's filter means. Thread-safe. */
final class FilteredRows {

  private final Selects selects;

  FilteredRows(Selects selects) {
    this.selects = selects;
  }

  /** Rows that a filter means, by key. */
  List<Questions.Row> rows(QueueFilter filter, long after, int limit) throws IOException {
    if (meansNothing(filter)) {
      return List.of();
    }
    if (isOfLane(filter)) {
      return rowsOfLane(filter, after, limit);
    }
    boolean parked = filter.state() == DeliveryState.PARKED;
    return rows(parked ? Selects.PARKED : Selects.ITEMS, filter, false, "", after, limit);
  }

  /** The index has a lane's rows by state, each state's by key: so a page costs no sorting. */
  private List<Questions.Row> rowsOfLane(QueueFilter filter, long after, int limit)
      throws IOException {
    List<Questions.Row> found = new ArrayList<>();
    for (int state : new int[] {Rows.Delivery.WAITING, Rows.Delivery.PARKED}) {
      found.addAll(rows(Selects.OF_LANE, filter, true, " and d.state = " + state, after, limit));
    }
    found.sort(Comparator.comparingLong(Questions.Row::key));
    return found.size() > limit ? found.subList(0, limit) : found;
  }

  private List<Questions.Row> rows(
      String select, QueueFilter filter, boolean ofLane, String also, long after, int limit)
      throws IOException {
    StringBuilder sql = new StringBuilder(select);
    List<Object> values = new ArrayList<>(List.of(after));
    conditions(sql, values, filter, ofLane);
    values.add(limit);
    return selects.rows(sql.append(also).append(" order by d.k limit ?").toString(), values);
  }

  /**
   * How many there are. What is asked of lanes alone, or of messages alone, is added up by them
   * already; all else is counted in one go through the deliveries.
   */
  long count(QueueFilter filter) throws IOException {
    if (meansNothing(filter)) {
      return 0;
    }
    boolean ofLane = isOfLane(filter);
    boolean ofMessages = filter.id() != null || filter.sender() != null;
    ofMessages |= filter.acceptedBefore() != null;
    if (filter.notTo() == null && !ofMessages && (ofLane || filter.recipient() == null)) {
      return countInLanes(filter);
    }
    boolean ofDeliveries = filter.recipient() != null || filter.nextHop() != null;
    ofDeliveries |= filter.state() != null || filter.notTo() != null;
    return ofDeliveries ? countDeliveries(filter, ofLane) : countInMessages(filter);
  }

  private long countInLanes(QueueFilter filter) throws IOException {
    String sum =
        filter.state() == null
            ? "waiting + parked"
            : filter.state() == DeliveryState.PARKED ? "parked" : "waiting";
    StringBuilder sql =
        new StringBuilder("select coalesce(sum(" + sum + "), 0) from lane l where true");
    List<Object> values = new ArrayList<>();
    and(sql, values, " and l.lane = ?", laneNamed(filter.recipient()));
    and(sql, values, " and l.nexthop = ?", filter.nextHop());
    sql.append(way(filter.state()));
    return selects.number(sql.toString(), values);
  }

  private long countInMessages(QueueFilter filter) throws IOException {
    StringBuilder sql =
        new StringBuilder("select coalesce(sum(m.remaining), 0) from message m where true");
    List<Object> values = new ArrayList<>();
    and(sql, values, " and m.id = ?", filter.id());
    ofMessages(sql, values, filter);
    return selects.number(sql.toString(), values);
  }

  private long countDeliveries(QueueFilter filter, boolean ofLane) throws IOException {
    boolean parked = filter.state() == DeliveryState.PARKED;
    StringBuilder sql =
        new StringBuilder(
            ofLane ? Selects.COUNT_OF_LANE : parked ? Selects.COUNT_PARKED : Selects.COUNT_ITEMS);
    List<Object> values = new ArrayList<>(List.of(-1L));
    conditions(sql, values, filter, ofLane);
    return selects.number(sql.toString(), values);
  }

  private boolean isOfLane(QueueFilter filter) throws IOException {
    String recipient = filter.recipient();
    return recipient != null && isLane(recipient.toLowerCase(Locale.ROOT));
  }

  /** Lanes are named in lower case; people write addresses as they come. */
  private static @Nullable String laneNamed(@Nullable String recipient) {
    return recipient == null ? null : recipient.toLowerCase(Locale.ROOT);
  }

  private static void conditions(
      StringBuilder sql, List<Object> values, QueueFilter filter, boolean ofLane) {
    ofMessage(sql, values, filter.id());
    if (ofLane) {
      and(sql, values, " and l.lane = ?", laneNamed(filter.recipient()));
    } else {
      and(sql, values, " and d.address = ? collate nocase", filter.recipient());
    }
    and(sql, values, " and l.nexthop = ?", filter.nextHop());
    ofMessages(sql, values, filter);
    DeliveryState state = filter.state();
    if (state != null) {
      sql.append(state == DeliveryState.PARKED ? " and d.state = 1" : " and d.state = 0");
      sql.append(way(state));
    }
    Recipient notTo = filter.notTo();
    if (notTo != null) {
      sql.append(" and not (l.lane = ? and coalesce(d.address, l.lane) = ?)");
      values.addAll(List.of(notTo.lane(), notTo.address()));
    }
  }

  private static void ofMessages(StringBuilder sql, List<Object> values, QueueFilter filter) {
    and(sql, values, " and m.sender = ? collate nocase", filter.sender());
    Instant before = filter.acceptedBefore();
    and(sql, values, " and m.accepted < ?", before == null ? null : before.toEpochMilli());
  }

  /** What a delivery that waits is shown as depends on its lane. */
  private static String way(@Nullable DeliveryState state) {
    return switch (state) {
      case HELD -> " and l.shut";
      case DEFERRED -> " and not l.shut and l.retry > 0";
      case READY -> " and not l.shut and l.retry = 0";
      case PARKED -> "";
      case null -> "";
    };
  }

  /** Known without walking along all that is held. */
  private boolean meansNothing(QueueFilter filter) throws IOException {
    String hop = filter.nextHop();
    return hop != null
        && selects
            .ask(
                "select 1 from lane where nexthop = ? limit 1", List.of(hop), row -> row.getLong(1))
            .isEmpty();
  }

  private static void ofMessage(StringBuilder sql, List<Object> values, @Nullable String id) {
    if (id != null) {
      sql.append(
          " and d.k in (select o.k from message s join delivery o on o.k >= s.seq * "
              + Key.RECIPIENTS
              + " and o.k < (s.seq + 1) * "
              + Key.RECIPIENTS
              + " where s.id = ? union all select r.k from message s join redirected r on r.seq ="
              + " s.seq where s.id = ?)");
      values.add(id);
      values.add(id);
    }
  }

  private boolean isLane(String name) throws IOException {
    return !selects
        .ask("select id from lane where lane = ?", List.of(name), row -> row.getLong(1))
        .isEmpty();
  }

  private static void and(
      StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(condition);
      values.add(value);
    }
  }
}
