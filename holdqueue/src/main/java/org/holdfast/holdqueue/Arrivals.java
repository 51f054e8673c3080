package org.holdfast.holdqueue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.holdfast.holdqueue.dispatch.DispatchLoop;
import org.holdfast.holdqueue.index.Listener;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes what the index meets on to the dispatcher, which may start later; an attempt that was
 * begun before its message was stored is adopted. Thread-safe; as a {@link Listener} the index's
 * thread only.
 */
final class Arrivals implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

  private final SegmentLog log;

  /** Attempts begun before their message was stored, by queue id, until the index sees it. */
  private final Map<String, List<Held>> running = new ConcurrentHashMap<>();

  /** Adopted before {@link #start}; guarded by itself. */
  private final List<Adoption> early = new ArrayList<>();

  private volatile @Nullable DispatchLoop loop;

  /** A segment could not be deleted. The index's thread only. */
  private boolean undeletable;

  /** A running attempt and what it is for. */
  private record Adoption(Delivery delivery, CompletionStage<Outcome> outcome) {}

  Arrivals(SegmentLog log) {
    this.log = log;
  }

  /** From now on this one hears of everything; of what was adopted before, now. */
  void start(DispatchLoop made) {
    synchronized (early) {
      early.forEach(a -> made.adopted(a.delivery, a.outcome));
      early.clear();
      loop = made;
    }
  }

  /** The dispatcher; empty before {@link #start}. */
  Optional<DispatchLoop> dispatcher() {
    return Optional.ofNullable(loop);
  }

  void ifStarted(Consumer<DispatchLoop> then) {
    dispatcher().ifPresent(then);
  }

  /** A message is about to be stored; an attempt may be running for some of its recipients. */
  void expect(String id, List<Held> recipients) {
    if (recipients.stream().anyMatch(held -> held.running() != null)) {
      running.put(id, List.copyOf(recipients));
    }
  }

  /** It was not stored. */
  void forget(String id) {
    running.remove(id);
  }

  @Override
  public void arriving(Delivery delivery) {
    List<Held> held = running.get(delivery.envelope().id());
    CompletionStage<Outcome> attempt = held == null ? null : held.get(delivery.number()).running();
    if (attempt != null) {
      adopt(new Adoption(delivery, attempt));
    }
  }

  private void adopt(Adoption adoption) {
    synchronized (early) {
      DispatchLoop started = loop;
      if (started == null) {
        early.add(adoption);
      } else {
        started.adopted(adoption.delivery, adoption.outcome);
      }
    }
  }

  @Override
  public void arrived(Delivery delivery, MessageRecord.Part part) {
    running.remove(delivery.envelope().id());
    ifStarted(l -> l.held(part.recipient().lane(), part.nextHop(), part.entry(), part.next()));
  }

  @Override
  public void reappeared(String lane) {
    ifStarted(l -> l.changed(lane));
  }

  /**
   * In the order of the log, and none after one that could not be deleted: the ends in a later
   * segment must not go before the mail in an earlier one, which an index made from the log would
   * take for held.
   */
  @Override
  public void useless(long segment) {
    if (undeletable) {
      return;
    }
    try {
      log.delete(segment);
    } catch (IOException e) {
      undeletable = true;
      LOG.error("segment {} cannot be deleted; none is until the next start", segment, e);
    }
  }
}
