package org.holdfast.gateway.admin;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.routing.Entry;
import org.holdfast.routing.MapUnavailableException;

/** What would become of held mail after a change: how much would go, stay, and why. One thread. */
final class HeldAfter {

  /** Deliveries that are looked at, of a pair, a domain, everything or a catch-all. */
  static final int SCAN_MAX = HeldMail.SCAN_MAX;

  /** Reasons listed one by one. */
  static final int REASONS = 10;

  private final Concerned concerned;
  private final After after;

  /** By mailbox, what {@link #concerned} and {@link #after} said. */
  private final Map<String, Boolean> about = new HashMap<>();

  private final Map<String, Entry> then = new HashMap<>();
  private final Map<String, Long> reasons = new HashMap<>();
  private long goes;
  private long stays;
  private long parked;
  private boolean exact = true;

  /** Says of a mailbox whether the change is about it. */
  interface Concerned {
    boolean is(String mailbox) throws MapUnavailableException;
  }

  /** Says of a mailbox whether its mail could go after the change. */
  interface After {
    Entry look(String mailbox) throws MapUnavailableException;
  }

  /** Something that would still keep mail back, and how much. */
  record Reason(String why, long deliveries) {}

  private HeldAfter(Concerned concerned, After after) {
    this.concerned = concerned;
    this.after = after;
  }

  /** Of one mailbox: counted by its lane's totals. */
  static HeldAfter ofMailbox(HoldQueue queue, String mailbox, After after)
      throws MapUnavailableException {
    HeldAfter held = new HeldAfter(_ -> true, after);
    long waiting =
        queue.waiting(List.of(mailbox)).stream().mapToLong(LaneSummary::deliveries).sum();
    held.parked = Math.max(0, queue.lane(mailbox).deliveries() - waiting);
    held.waits(after.look(mailbox), waiting);
    return held;
  }

  /** Of many: the oldest {@link #SCAN_MAX} deliveries are looked at. */
  static HeldAfter scanned(HoldQueue queue, QueueFilter filter, Concerned concerned, After after)
      throws MapUnavailableException {
    HeldAfter held = new HeldAfter(concerned, after);
    String cursor = null;
    for (int seen = 0; seen < SCAN_MAX; seen += Query.MAX_LIMIT) {
      List<QueueItem> page = queue.list(filter, cursor, Query.MAX_LIMIT);
      for (QueueItem item : page) {
        held.one(item);
      }
      if (page.size() < Query.MAX_LIMIT) {
        return held;
      }
      cursor = page.getLast().cursor();
    }
    held.exact = false;
    return held;
  }

  private void one(QueueItem item) throws MapUnavailableException {
    String mailbox = item.delivery().recipient().lane();
    Boolean its = about.get(mailbox);
    if (its == null) {
      its = concerned.is(mailbox);
      about.put(mailbox, its);
    }
    if (!its) {
      return;
    }
    if (item.state() == DeliveryState.PARKED) {
      parked++;
      return;
    }
    Entry entry = then.get(mailbox);
    if (entry == null) {
      entry = after.look(mailbox);
      then.put(mailbox, entry);
    }
    waits(entry, 1);
  }

  private void waits(Entry entry, long deliveries) {
    switch (entry) {
      case Entry.Go _ -> goes += deliveries;
      case Entry.Hold hold -> stay(hold.why(), deliveries);
      case Entry.Refuse _ -> stay("its user is closed or gone: it waits for a person", deliveries);
    }
  }

  private void stay(String why, long deliveries) {
    if (deliveries > 0) {
      stays += deliveries;
      reasons.merge(why, deliveries, Long::sum);
    }
  }

  /** What keeps most of it back, first. */
  private List<Reason> stillHeldBy() {
    return reasons.entrySet().stream()
        .map(reason -> new Reason(reason.getKey(), reason.getValue()))
        .sorted(Comparator.comparingLong(Reason::deliveries).reversed().thenComparing(Reason::why))
        .limit(REASONS)
        .toList();
  }

  /** Into an answer. */
  void tell(Map<String, Object> view) {
    view.put("held", goes + stays + parked);
    view.put("goes", goes);
    view.put("stays", stays);
    view.put("parked", parked);
    view.put("exact", exact);
    view.put("stillHeldBy", stillHeldBy());
  }

  /** The same in words. */
  String words() {
    return "of the mail held for it "
        + (exact ? "" : "at least ")
        + goes
        + (goes == 1 ? " delivery would go, " : " deliveries would go, ")
        + stays
        + " would stay on hold"
        + (parked == 0 ? "" : ", " + parked + " parked would wait for a person");
  }
}
