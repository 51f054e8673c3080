package org.holdfast.gateway.flips;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.holdfast.gateway.flips.Ledger.Deal;
import org.holdfast.gateway.flips.Ledger.Done;
import org.holdfast.gateway.flips.Ledger.Letter;
import org.jspecify.annotations.Nullable;

/**
 * The promises 3 to 6 of the project, and that nothing is lost, as questions to a ledger. Each
 * answers with what broke it, in words; empty: it holds.
 *
 * <p>Ask when no flip is under way: a flip that has not returned has no epoch yet.
 */
final class Invariants {

  private final Ledger ledger;
  private final List<Deal> deals;
  private final Map<String, List<Deal>> dealsById;
  private final List<Done> flips;
  private final Map<String, NavigableMap<Long, State>> histories = new HashMap<>();

  /** Of everything in the ledger. */
  Invariants(Ledger ledger) {
    this.ledger = ledger;
    this.deals = ledger.deals();
    this.flips = ledger.flips();
    this.dealsById = deals.stream().collect(Collectors.groupingBy(d -> d.id));
    flips.stream().filter(Done::changed).sorted(Invariants::byEpoch).forEach(this::replay);
  }

  private static int byEpoch(Done one, Done other) {
    return Long.compare(one.epoch(), other.epoch());
  }

  private NavigableMap<Long, State> history(Order order) {
    return histories.computeIfAbsent(order.level() + " " + order.target(), _ -> new TreeMap<>());
  }

  private void replay(Done flip) {
    NavigableMap<Long, State> history = history(flip.order());
    var before = history.lowerEntry(flip.epoch());
    State was = before == null ? State.active("") : before.getValue();
    history.put(flip.epoch(), was.after(flip.order()));
  }

  private State asOf(Order order, long epoch) {
    var entry = history(order).floorEntry(epoch);
    return entry == null ? State.active("") : entry.getValue();
  }

  // ---- the facts

  /** Those that can be asked of a ledger alone. {@code steppedAside}: see {@link #orderPerUser}. */
  List<String> broken(Set<String> steppedAside) {
    List<String> broken = new ArrayList<>();
    broken.addAll(quiescedIsTrue());
    broken.addAll(orderPerUser(steppedAside));
    broken.addAll(twiceOnlyWhereAReplyWasLost());
    return broken;
  }

  /**
   * Promise 3. After a flip returned quiesced, there is no transaction that it does not leave open,
   * unless a newer flip of the same target, begun before the transaction, allows it.
   */
  List<String> quiescedIsTrue() {
    List<String> broken = new ArrayList<>();
    for (Done flip : flips) {
      if (flip.quiesced()) {
        for (Deal deal : deals) {
          if (deal.ended > flip.returned() && isForbidden(flip, deal)) {
            broken.add("QuiescedIsTrue: " + deal + " after " + flip);
          }
        }
      }
    }
    return broken;
  }

  private boolean isForbidden(Done flip, Deal deal) {
    Order order = flip.order();
    return order.concerns(deal)
        && !order.leaves(asOf(order, flip.epoch()), deal)
        && flips.stream().noneMatch(newer -> allows(newer, flip, deal));
  }

  private boolean allows(Done newer, Done flip, Deal deal) {
    Order order = newer.order();
    return newer.changed()
        && newer.epoch() > flip.epoch()
        && newer.called() < deal.begun
        && order.sameTarget(flip.order())
        && asOf(order, newer.epoch()).allows(order.level(), deal);
  }

  /**
   * Promise 5. What was sent after an earlier message was answered reaches a mailbox after it.
   *
   * @param steppedAside letters that a backend refused for good on the way out: they wait for a
   *     person, and the lane goes on
   */
  List<String> orderPerUser(Set<String> steppedAside) {
    List<String> broken = new ArrayList<>();
    Map<String, List<Letter>> byMailbox = new HashMap<>();
    for (Letter letter : ledger.accepted()) {
      if (!steppedAside.contains(letter.toString())) {
        byMailbox.computeIfAbsent(letter.mailbox, _ -> new ArrayList<>()).add(letter);
      }
    }
    for (List<Letter> letters : byMailbox.values()) {
      for (Letter first : letters) {
        for (Letter second : letters) {
          if (first.answered < second.sent && stored(second) < stored(first)) {
            broken.add("OrderPerUserIsKept: " + second + " came before " + first);
          }
        }
      }
    }
    return broken;
  }

  /** Promise 6. */
  List<String> twiceOnlyWhereAReplyWasLost() {
    List<String> broken = new ArrayList<>();
    for (Letter letter : ledger.accepted()) {
      List<Deal> stored = stores(letter);
      long lost = stored.stream().filter(d -> d.replyLost).count();
      if (stored.size() - 1 > lost) {
        broken.add("TwiceOnlyWhereAReplyWasLost: " + letter + " by " + stored);
      }
    }
    return broken;
  }

  /** Promise 1, once everything is open and nothing waits. */
  List<String> nothingIsLost() {
    return ledger.accepted().stream()
        .filter(letter -> stored(letter) == Ledger.NEVER)
        .map(letter -> "NothingIsLost: " + letter)
        .toList();
  }

  /** The newest epoch stands: {@code now} says how a target stands in the map. */
  List<String> newestEpochStands(Standing now) {
    List<String> broken = new ArrayList<>();
    for (Done flip : flips) {
      var newest = history(flip.order()).lastEntry();
      State is = now.of(flip.order());
      if (newest != null && is != null && !is.equals(newest.getValue())) {
        broken.add("NewestEpochStands: " + is + " instead of " + newest + ", " + flip.order());
      }
    }
    return broken;
  }

  /** How the target of an order stands. */
  interface Standing {
    @Nullable State of(Order order);
  }

  private long stored(Letter letter) {
    return stores(letter).stream().mapToLong(d -> d.stored).min().orElse(Ledger.NEVER);
  }

  /** The transactions in which a backend stored it. */
  private List<Deal> stores(Letter letter) {
    return dealsById.getOrDefault(letter.id, List.of()).stream()
        .filter(d -> d.isStored() && d.mailboxes.contains(letter.mailbox))
        .toList();
  }
}
