package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueFilter;
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
    String recipient = filter.recipient();
    boolean ofLane = recipient != null && isLane(recipient);
    boolean parked = filter.state() == DeliveryState.PARKED;
    StringBuilder sql =
        new StringBuilder(ofLane ? Selects.OF_LANE : parked ? Selects.PARKED : Selects.ITEMS);
    List<Object> values = new ArrayList<>(List.of(after));
    ofMessage(sql, values, filter.id());
    and(sql, values, ofLane ? " and l.lane = ?" : " and d.address = ?", recipient);
    and(sql, values, " and l.nexthop = ?", filter.nextHop());
    and(sql, values, " and m.sender = ?", filter.sender());
    Instant before = filter.acceptedBefore();
    and(sql, values, " and m.accepted < ?", before == null ? null : before.toEpochMilli());
    DeliveryState state = filter.state();
    if (state != null) {
      sql.append(
          switch (state) {
            case PARKED -> " and d.state = 1";
            case HELD -> " and d.state = 0 and l.shut";
            case DEFERRED -> " and d.state = 0 and not l.shut and l.retry > 0";
            case READY -> " and d.state = 0 and not l.shut and l.retry = 0";
          });
    }
    values.add(limit);
    return selects.rows(sql.append(" order by d.k limit ?").toString(), values);
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
