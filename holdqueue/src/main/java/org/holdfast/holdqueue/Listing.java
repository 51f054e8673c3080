package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.Questions;
import org.jspecify.annotations.Nullable;

/**
 * What lists and histories show: what the index has, with the attempts that are counted and not
 * written ({@link Repeats}), and with the next try as it is planned now. Thread-safe.
 */
final class Listing {

  private final Questions questions;
  private final Repeats repeats;
  private final FirstTry probes;

  /** All that an earlier life of the queue put off is due since then. */
  private final Instant opened;

  Listing(Questions questions, Repeats repeats, FirstTry probes) {
    this.questions = questions;
    this.repeats = repeats;
    this.probes = probes;
    this.opened = probes.now();
  }

  /** {@link Questions#items}. */
  List<QueueItem> items(QueueFilter filter, long after, int limit) throws IOException {
    return questions.items(filter, after, limit).stream().map(this::now).toList();
  }

  private QueueItem now(QueueItem item) {
    Optional<Repeats.Unwritten> more = repeats.of(Long.parseLong(item.cursor()));
    Delivery delivery = item.delivery();
    return new QueueItem(
        new Delivery(
            delivery.sequence(),
            delivery.number(),
            delivery.envelope(),
            delivery.recipient(),
            delivery.size(),
            delivery.attempts() + more.map(Repeats.Unwritten::count).orElse(0)),
        item.nextHop(),
        item.state(),
        item.state() == DeliveryState.DEFERRED ? next(item) : null,
        item.state() == DeliveryState.DEFERRED
            ? more.map(m -> m.last().outcome().reply()).orElse(item.lastReply())
            : item.lastReply(),
        item.cursor());
  }

  /** A time that has passed while its next hop is down means: when that is asked next. */
  private Instant next(QueueItem item) {
    @Nullable Instant planned = item.nextAttempt();
    Instant next = planned == null ? opened : planned;
    return next.isAfter(probes.now()) ? next : probes.probe(item.nextHop()).orElse(next);
  }

  /** {@link Questions#history}. */
  List<Attempt> history(String id) throws IOException {
    List<Attempt> history = new ArrayList<>(questions.history(id));
    for (QueueItem item : items(QueueFilter.message(id), -1, Key.RECIPIENTS)) {
      repeats
          .of(Long.parseLong(item.cursor()))
          .ifPresent(unwritten -> history.add(line(item.delivery(), unwritten)));
    }
    return history;
  }

  private static Attempt line(Delivery delivery, Repeats.Unwritten unwritten) {
    Outcome outcome = unwritten.last().outcome();
    return new Attempt(
        unwritten.at(),
        delivery.number(),
        delivery.recipient().address(),
        delivery.attempts(),
        unwritten.count() - 1,
        outcome.where(),
        "",
        "deferred",
        outcome.reply());
  }
}
