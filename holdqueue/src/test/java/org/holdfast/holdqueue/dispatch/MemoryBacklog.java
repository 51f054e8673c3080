package org.holdfast.holdqueue.dispatch;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/** A backlog in memory that keeps the contract. Thread-safe by its own lock. */
final class MemoryBacklog implements Backlog {

  private final NavigableMap<String, TreeMap<Long, Delivery>> lanes = new TreeMap<>();
  private final Map<String, String> nextHops = new HashMap<>();
  private final Map<Long, Delivery> parked = new HashMap<>();
  private final List<Long> delivered = new ArrayList<>();
  private long sequence;

  synchronized Delivery accept(String lane, String nextHop) {
    Delivery delivery = nextDelivery(lane);
    put(delivery, nextHop);
    return delivery;
  }

  /** A delivery that is not in the backlog yet. */
  synchronized Delivery nextDelivery(String lane) {
    long number = ++sequence;
    Envelope envelope =
        new Envelope("m" + number, "from@example.net", Instant.EPOCH, "test [::1]", Map.of());
    return new Delivery(number, 0, envelope, new Recipient(lane, lane, lane, Map.of()), 4, 0);
  }

  synchronized void put(Delivery delivery, String nextHop) {
    String lane = delivery.recipient().lane();
    lanes.computeIfAbsent(lane, _ -> new TreeMap<>()).put(delivery.sequence(), delivery);
    nextHops.put(lane, nextHop);
  }

  synchronized void file(String lane, String nextHop) {
    nextHops.put(lane, nextHop);
  }

  /** What the lane is filed under; {@code otherwise} when nothing of it was ever here. */
  synchronized String filed(String lane, String otherwise) {
    return nextHops.getOrDefault(lane, otherwise);
  }

  /** Takes a delivery out of its lane; null when it is not there. */
  synchronized @Nullable Delivery take(Delivery delivery) {
    String lane = delivery.recipient().lane();
    TreeMap<Long, Delivery> pending = lanes.get(lane);
    Delivery taken = pending == null ? null : pending.remove(delivery.sequence());
    if (pending != null && pending.isEmpty()) {
      lanes.remove(lane);
    }
    return taken;
  }

  synchronized void park(Delivery delivery) {
    Delivery taken = take(delivery);
    if (taken != null) {
      parked.put(taken.sequence(), taken);
    }
  }

  synchronized void unpark(Delivery delivery) {
    Delivery was = parked.remove(delivery.sequence());
    if (was != null) {
      put(was, nextHops.getOrDefault(was.recipient().lane(), ""));
    }
  }

  synchronized List<Delivery> parkedOnes() {
    return List.copyOf(parked.values());
  }

  synchronized boolean isParked(Delivery delivery) {
    return parked.containsKey(delivery.sequence());
  }

  synchronized List<Delivery> pending() {
    return lanes.values().stream().flatMap(lane -> lane.values().stream()).toList();
  }

  synchronized boolean isPending(Delivery delivery) {
    TreeMap<Long, Delivery> lane = lanes.get(delivery.recipient().lane());
    return lane != null && lane.containsKey(delivery.sequence());
  }

  synchronized int delivered() {
    return delivered.size();
  }

  @Override
  public synchronized List<Delivery> head(String lane, int limit) {
    TreeMap<Long, Delivery> pending = lanes.get(lane);
    return pending == null ? List.of() : pending.values().stream().limit(limit).toList();
  }

  @Override
  public synchronized List<Place> lanes(Lanes which, @Nullable String after, int limit) {
    NavigableMap<String, TreeMap<Long, Delivery>> rest =
        after == null ? lanes : lanes.tailMap(after, false);
    return rest.keySet().stream()
        .map(lane -> new Place(lane, nextHops.getOrDefault(lane, "")))
        .filter(place -> matches(place, which))
        .limit(limit)
        .toList();
  }

  private static boolean matches(Place place, Lanes which) {
    return switch (which) {
      case Lanes.One(String lane) -> place.lane().equals(lane);
      case Lanes.Domain(String domain) -> place.lane().endsWith("@" + domain);
      case Lanes.NextHop(String nextHop) -> place.nextHop().equals(nextHop);
      case Lanes.All() -> true;
    };
  }

  @Override
  public synchronized Optional<Content> content(Delivery delivery) {
    return isPending(delivery) ? Optional.of(new Nothing()) : Optional.empty();
  }

  @Override
  public synchronized void record(List<Ended> batch) {
    batch.forEach(this::record);
  }

  private void record(Ended ended) {
    Delivery delivery = ended.delivery();
    switch (ended.outcome()) {
      case Outcome.Delivered _ -> {
        take(delivery);
        parked.remove(delivery.sequence());
        delivered.add(delivery.sequence());
      }
      case Outcome.Refused _ -> park(delivery);
      case Outcome.Returned _ -> throw new AssertionError("nothing is returned here");
      default -> count(delivery);
    }
  }

  private void count(Delivery d) {
    TreeMap<Long, Delivery> pending = lanes.get(d.recipient().lane());
    if (pending != null) {
      pending.computeIfPresent(
          d.sequence(),
          (_, was) ->
              new Delivery(
                  was.sequence(),
                  was.number(),
                  was.envelope(),
                  was.recipient(),
                  was.size(),
                  was.attempts() + 1));
    }
  }

  private static final class Nothing implements Content {
    @Override
    public long size() {
      return 0;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(new byte[0]);
    }
  }
}
