package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.HistoryLine;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages into the log. A lane's count rises before, so that nothing overtakes, and falls
 * again when the message could not be stored. Thread-safe.
 */
final class MessageStore {

  private final SegmentLog log;
  private final LaneCounts counts;
  private final Room room;
  private final Arrivals arrivals;

  MessageStore(SegmentLog log, LaneCounts counts, Room room, Arrivals arrivals) {
    this.log = log;
    this.counts = counts;
    this.room = room;
    this.arrivals = arrivals;
  }

  /**
   * What the log is to have of a message.
   *
   * @param at when it is stored
   * @param next when each is tried again; null of what waits for no retry
   * @throws IllegalArgumentException none or too many recipients
   */
  static MessageRecord message(
      Envelope envelope,
      Content content,
      List<Held> recipients,
      Instant at,
      Function<Held, @Nullable Instant> next) {
    if (recipients.isEmpty() || recipients.size() > Key.RECIPIENTS) {
      throw new IllegalArgumentException("1 to " + Key.RECIPIENTS + " recipients");
    }
    List<MessageRecord.Part> parts = new ArrayList<>(recipients.size());
    List<HistoryLine> story = new ArrayList<>();
    for (Held held : recipients) {
      Held.Tried tried = held.tried();
      if (tried != null) {
        story.add(line(held, tried, parts.size(), at));
      }
      Instant due = next.apply(held);
      parts.add(
          new MessageRecord.Part(
              parts.size(),
              0,
              held.recipient(),
              held.nextHop(),
              held.entry(),
              held.reason(),
              tried != null || held.entry() == Held.Entry.DEFERRED ? 1 : 0,
              due == null ? 0 : due.toEpochMilli()));
    }
    return new MessageRecord(0, envelope, parts, content.size(), story);
  }

  /** The attempt at the door. */
  private static HistoryLine line(Held held, Held.Tried tried, int number, Instant at) {
    Outcome ended = tried.ended();
    return new HistoryLine(
        ended == null ? null : FateRecord.Kind.of(ended),
        at,
        number,
        held.recipient().address(),
        1,
        0,
        "",
        tried.where(),
        ended == null ? held.reason() : ended.reply());
  }

  /**
   * Returns when it is on stable storage.
   *
   * @throws StoreException there is no room
   * @throws IOException it may not be
   */
  void store(MessageRecord message, Content content, List<Held> recipients) throws IOException {
    long octets = Room.need(content.size(), recipients.size());
    Optional<String> full = room.take(octets);
    if (full.isPresent()) {
      throw new StoreException(StoreException.Cause.NO_ROOM, full.get());
    }
    boolean stored = false;
    try {
      append(message.envelope().id(), message.entry(content), recipients);
      stored = true;
    } finally {
      room.settle(octets, stored);
    }
  }

  private void append(String id, Entry message, List<Held> recipients) throws IOException {
    recipients.forEach(held -> count(held, 1));
    arrivals.expect(id, recipients);
    try {
      log.append(List.of(message));
    } catch (IOException e) {
      recipients.forEach(held -> count(held, -1));
      arrivals.forget(id);
      throw e;
    }
  }

  private void count(Held held, long by) {
    if (held.entry() != Held.Entry.PARKED) {
      counts.add(held.recipient().lane(), by);
    }
  }
}
