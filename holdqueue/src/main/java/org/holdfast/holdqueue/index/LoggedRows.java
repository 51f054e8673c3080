package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.SegmentLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log has of deliveries that the tables know. Thread-safe. */
final class LoggedRows {

  private static final Logger LOG = LoggerFactory.getLogger(LoggedRows.class);

  private final SegmentLog log;

  LoggedRows(SegmentLog log) {
    this.log = log;
  }

  /** For people, who must see and reach a delivery whose record cannot be read, too. */
  Delivery shown(Questions.Row row) {
    try {
      return delivery(row).orElseGet(() -> unreadable(row));
    } catch (IOException e) {
      LOG.warn("message {} cannot be read right now", row.message(), e);
      return unreadable(row);
    }
  }

  /**
   * Envelope and recipient from the log; empty when the record is damaged, which is logged.
   *
   * @throws IOException the log cannot be read right now, which says nothing about the record
   */
  Optional<Delivery> delivery(Questions.Row row) throws IOException {
    try {
      MessageRecord stored = MessageRecord.read(log.read(row.position()));
      return Optional.of(
          new Delivery(
              Key.order(row.key()),
              Key.number(row.key()),
              stored.envelope(),
              recipient(row, stored),
              stored.size(),
              row.attempts()));
    } catch (DamagedRecordException e) {
      LOG.error("the record at {} of message {} is damaged", row.position(), row.message(), e);
      return Optional.empty();
    }
  }

  /** Whether its record reads, as one of the lane that the tables have it in. */
  boolean reads(Questions.Row row) throws IOException {
    return delivery(row).filter(d -> d.recipient().lane().equals(row.lane())).isPresent();
  }

  private Recipient recipient(Questions.Row row, MessageRecord stored) throws IOException {
    for (MessageRecord.Part part : stored.parts()) {
      if (stored.key(part) == row.key()) {
        return part.recipient();
      }
    }
    Recipient to = FateRecord.read(log.read(row.described())).to();
    if (to == null) {
      throw new DamagedRecordException("no recipient for delivery " + row.key());
    }
    return to;
  }

  private static Delivery unreadable(Questions.Row row) {
    Envelope envelope = new Envelope("damaged-" + row.message(), "", Instant.EPOCH, "", Map.of());
    Recipient recipient = new Recipient(row.lane(), row.lane(), row.lane(), Map.of());
    return new Delivery(
        Key.order(row.key()), Key.number(row.key()), envelope, recipient, 0, row.attempts());
  }

  /**
   * The message whose record stands here.
   *
   * @throws DamagedRecordException it is none, any more
   */
  MessageRecord message(long position) throws IOException {
    return MessageRecord.read(log.read(position));
  }

  /** Empty when its segment went: its message was carried by a version that told no history. */
  Optional<FateRecord> fate(long position) throws IOException {
    try {
      return Optional.of(FateRecord.read(log.read(position)));
    } catch (DamagedRecordException e) {
      LOG.debug("the record at {} is gone", position, e);
      return Optional.empty();
    }
  }
}
