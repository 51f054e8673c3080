package org.holdfast.holdqueue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.SegmentLog;

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
   * @throws IllegalArgumentException none or too many recipients
   */
  static MessageRecord message(Envelope envelope, Content content, List<Held> recipients) {
    if (recipients.isEmpty() || recipients.size() > Key.RECIPIENTS) {
      throw new IllegalArgumentException("1 to " + Key.RECIPIENTS + " recipients");
    }
    List<MessageRecord.Part> parts = new ArrayList<>(recipients.size());
    for (Held held : recipients) {
      parts.add(
          new MessageRecord.Part(
              parts.size(),
              0,
              held.recipient(),
              held.nextHop(),
              held.entry(),
              held.reason(),
              held.entry() == Held.Entry.DEFERRED ? 1 : 0));
    }
    return new MessageRecord(0, envelope, parts, content.size());
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
