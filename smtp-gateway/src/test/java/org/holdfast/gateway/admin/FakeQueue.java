package org.holdfast.gateway.admin;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.holdfast.holdqueue.Attempt;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.LaneSummary;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.QueueAction;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.jspecify.annotations.Nullable;

/** A queue in memory: what was put in can be listed and acted on; nothing is delivered. */
final class FakeQueue implements HoldQueue {

  static final Instant FIRST = Instant.parse("2026-11-21T10:00:00Z");

  final List<QueueItem> items = new ArrayList<>();

  /** An action ends after its first delivery. */
  boolean breaksOff;

  /** Totals cannot be had. */
  boolean broken;

  /** Octets of the store's files. */
  long used = 4096;

  /** What the dispatcher says. */
  DispatchStatus status = new DispatchStatus(Instant.EPOCH, List.of(), 0, 0, false);

  /** Why nothing can be stored. */
  Optional<String> trouble = Optional.empty();

  private static final String MESSAGE = "Subject: held\r\n\r\nBody.\r\n";

  /** One more delivery, accepted a second after the one before. */
  void add(String id, String sender, String recipient, String pair, DeliveryState state) {
    int number = items.size();
    Envelope envelope =
        new Envelope(id, sender, FIRST.plusSeconds(number), "mx [127.0.0.1]", Map.of());
    Recipient to = new Recipient(recipient, recipient, recipient, Map.of());
    Delivery delivery = new Delivery(number, number, envelope, to, MESSAGE.length(), 1);
    items.add(new QueueItem(delivery, pair, state, null, "on hold", String.format("%08d", number)));
  }

  private static Predicate<QueueItem> matches(QueueFilter filter) {
    return item ->
        (filter.id() == null || item.delivery().envelope().id().equals(filter.id()))
            && (filter.recipient() == null
                || item.delivery().recipient().lane().equals(filter.recipient()))
            && (filter.nextHop() == null || item.nextHop().equals(filter.nextHop()))
            && (filter.state() == null || item.state() == filter.state())
            && (filter.sender() == null
                || item.delivery().envelope().reversePath().equals(filter.sender()))
            && (filter.notTo() == null
                || !(item.delivery().recipient().lane().equals(filter.notTo().lane())
                    && item.delivery().recipient().address().equals(filter.notTo().address())))
            && (filter.acceptedBefore() == null
                || item.delivery().envelope().accepted().isBefore(filter.acceptedBefore()));
  }

  @Override
  public void start(NextHops nextHops) {}

  @Override
  public void store(Envelope envelope, Content content, List<Held> recipients) {}

  @Override
  public boolean hasBacklog(String lane) {
    return lane(lane).deliveries() > 0;
  }

  @Override
  public void opened(Lanes lanes) {}

  @Override
  public void shut(Lanes lanes) {}

  @Override
  public void relocated(String lane, String nextHop) {}

  @Override
  public QueueSummary summary() {
    if (broken) {
      throw new IllegalStateException("broken");
    }
    Map<String, Map<DeliveryState, Long>> counts = new TreeMap<>();
    for (QueueItem item : items) {
      counts
          .computeIfAbsent(item.nextHop(), _ -> new EnumMap<>(DeliveryState.class))
          .merge(item.state(), 1L, Long::sum);
    }
    List<Totals> totals = new ArrayList<>();
    counts.forEach((pair, states) -> totals.add(new Totals(pair, states, 100, FIRST, FIRST)));
    return new QueueSummary(
        totals,
        items.size(),
        1234,
        items.isEmpty() ? null : FIRST,
        used,
        1 << 30,
        Math.max(0, (1L << 20) - used),
        null);
  }

  @Override
  public LaneSummary lane(String lane) {
    var held = items.stream().filter(i -> i.delivery().recipient().lane().equals(lane)).toList();
    Instant oldest = held.isEmpty() ? null : held.getFirst().delivery().envelope().accepted();
    return new LaneSummary(lane, held.size(), held.size() * 10L, oldest);
  }

  @Override
  public List<QueueItem> list(QueueFilter filter, @Nullable String after, int limit) {
    return items.stream()
        .filter(matches(filter))
        .filter(item -> after == null || item.cursor().compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public List<QueueItem> message(String id) {
    return items.stream().filter(matches(QueueFilter.message(id))).toList();
  }

  @Override
  public List<Attempt> history(String id) {
    return List.of(
        new Attempt(
            FIRST,
            0,
            "alice@example.com",
            1,
            0,
            new Outcome.Where("imap5-6", "imap5"),
            "",
            "deferred",
            "421 4.3.2 later"));
  }

  @Override
  public Optional<Content> content(String id) {
    return message(id).isEmpty() ? Optional.empty() : Optional.of(new Text());
  }

  private static final class Text implements Content {
    @Override
    public long size() {
      return MESSAGE.length();
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(MESSAGE.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public long count(QueueFilter filter) {
    return items.stream().filter(matches(filter)).count();
  }

  @Override
  public List<LaneSummary> waiting(Collection<String> lanes) {
    return lanes.stream().map(this::lane).filter(lane -> lane.deliveries() > 0).toList();
  }

  @Override
  public long act(QueueFilter filter, QueueAction action, LongConsumer soFar) {
    List<QueueItem> these = items.stream().filter(matches(action.concerned(filter))).toList();
    for (QueueItem item : these) {
      if (breaksOff) {
        soFar.accept(1);
        throw new IllegalStateException("the disk is full");
      }
      switch (action) {
        case QueueAction.Retry _ -> change(item, item.delivery(), DeliveryState.READY, "");
        case QueueAction.Park _ -> change(item, item.delivery(), DeliveryState.PARKED, "");
        case QueueAction.Discard _ -> items.remove(item);
        case QueueAction.Redirect(String _, Recipient to, String hop) ->
            change(item, redirected(item.delivery(), to), item.state(), hop);
      }
    }
    return these.size();
  }

  private void change(QueueItem item, Delivery now, DeliveryState state, String hop) {
    String nextHop = hop.isEmpty() ? item.nextHop() : hop;
    items.set(
        items.indexOf(item),
        new QueueItem(now, nextHop, state, null, item.lastReply(), item.cursor()));
  }

  private static Delivery redirected(Delivery old, Recipient to) {
    return new Delivery(
        old.sequence(), old.number(), old.envelope(), to, old.size(), old.attempts());
  }

  @Override
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public Optional<StoreException.Cause> refusal(long octets) {
    return Optional.empty();
  }

  @Override
  public DispatchStatus dispatch() {
    return status;
  }

  @Override
  public void stop(Duration patience) {}

  @Override
  public void close() {}
}
