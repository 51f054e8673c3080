package org.holdfast.holdqueue.index;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogRecord;

/**
 * A message in the log: envelope, recipients, and the content once.
 *
 * <pre>
 *  0         4      5          13       21                                 length
 *  +---------+------+----------+--------+----------+------------+----------+---------
 *  | length  | form | sequence | size   | envelope | recipients | content ...
 *  | of this | 2    |          | of     |          | count 16,  |
 *  |         |      |          | content|          | each; story|
 *  +---------+------+----------+--------+----------+------------+----------+---------
 * </pre>
 *
 * @param sequence the message's place in the order of acceptance: the position of its first record
 *     in the log. 0 in the octets of that first record, which cannot know its own position
 * @param size octets of content
 * @param story what happened before this record was written, oldest first: the attempts at the
 *     door, and of a message that was carried forward all that is kept of its history. Behind the
 *     recipients: count 16, each a {@link HistoryLine}. Form 1 had none, nor a part's {@code next}
 */
public record MessageRecord(
    long sequence, Envelope envelope, List<Part> parts, long size, List<HistoryLine> story) {

  /** Type of a record that a sender's message came in with. */
  public static final int TYPE = 1;

  /** Type of a message that compaction carried forward, with the deliveries left of it. */
  public static final int MOVED = 8;

  private static final int FORM = 2;
  private static final int OLD_FORM = 1;
  private static final int LENGTH = 4;

  /** One with nothing to tell. */
  public MessageRecord(long sequence, Envelope envelope, List<Part> parts, long size) {
    this(sequence, envelope, parts, size, List.of());
  }

  /**
   * One delivery of it.
   *
   * @param order see {@link Key}; 0: the message's own sequence
   * @param attempts those made and begun so far
   * @param next when it is tried again, in milliseconds since 1970; 0: not because of a failure
   */
  public record Part(
      int number,
      long order,
      Recipient recipient,
      String nextHop,
      Held.Entry entry,
      String reason,
      int attempts,
      long next) {

    /** One that waits for no retry. */
    public Part(
        int number,
        long order,
        Recipient recipient,
        String nextHop,
        Held.Entry entry,
        String reason,
        int attempts) {
      this(number, order, recipient, nextHop, entry, reason, attempts, 0);
    }
  }

  /** The record to append. */
  public Entry entry(Content content) {
    return Entry.of(sequence == 0 ? TYPE : MOVED, head(), content);
  }

  private byte[] head() {
    byte[] fields = Wire.octets(this::write);
    return ByteBuffer.allocate(LENGTH + fields.length)
        .putInt(LENGTH + fields.length)
        .put(fields)
        .array();
  }

  private void write(DataOutputStream out) throws IOException {
    out.writeByte(FORM);
    out.writeLong(sequence);
    out.writeLong(size);
    Wire.text(out, envelope.id());
    Wire.text(out, envelope.reversePath());
    Wire.instant(out, envelope.accepted());
    Wire.text(out, envelope.client());
    Wire.parameters(out, envelope.parameters());
    out.writeShort(parts.size());
    for (Part part : parts) {
      write(out, part);
    }
    out.writeShort(story.size());
    for (HistoryLine line : story) {
      line.write(out);
    }
  }

  private static void write(DataOutputStream out, Part part) throws IOException {
    out.writeShort(part.number);
    out.writeLong(part.order);
    Wire.recipient(out, part.recipient);
    Wire.text(out, part.nextHop);
    out.writeByte(code(part.entry));
    Wire.text(out, part.reason);
    out.writeInt(part.attempts);
    out.writeLong(part.next);
  }

  /** Where the content begins in the record's body. */
  public static int headLength(LogRecord record) throws IOException {
    if (record.length() < LENGTH) {
      throw new DamagedRecordException("message record at " + record.position() + " is too short");
    }
    int length = ByteBuffer.wrap(record.octets(0, LENGTH)).getInt();
    if (length < LENGTH || length > record.length()) {
      throw new DamagedRecordException("message record at " + record.position() + " is malformed");
    }
    return length;
  }

  /**
   * Reads envelope and recipients; the content is left alone.
   *
   * @throws DamagedRecordException the octets make no sense; no checksum has been looked at
   */
  public static MessageRecord read(LogRecord record) throws IOException {
    byte[] head = record.octets(0, headLength(record));
    return WireReader.read(head, record.position(), in -> read(in, record.position()));
  }

  private static MessageRecord read(WireReader in, long position) throws DamagedRecordException {
    in.skip(LENGTH);
    int form = in.octet();
    if (form != FORM && form != OLD_FORM) {
      throw new DamagedRecordException("message record at " + position + ": other form");
    }
    long sequence = in.longNumber();
    long size = in.longNumber();
    Envelope envelope =
        new Envelope(in.text(), in.text(), in.instant(), in.text(), in.parameters());
    int count = in.shortNumber();
    List<Part> parts = new ArrayList<>(Math.min(count, Key.RECIPIENTS));
    for (int left = count; left > 0; left--) {
      parts.add(form == FORM ? part(in) : oldPart(in, envelope));
    }
    return new MessageRecord(
        sequence == 0 ? position : sequence,
        envelope,
        List.copyOf(parts),
        size,
        form == FORM ? story(in) : List.of());
  }

  private static List<HistoryLine> story(WireReader in) throws DamagedRecordException {
    List<HistoryLine> story = new ArrayList<>();
    for (int left = in.shortNumber(); left > 0; left--) {
      story.add(HistoryLine.read(in));
    }
    return List.copyOf(story);
  }

  private static Part part(WireReader in) throws DamagedRecordException {
    return new Part(
        in.shortNumber(),
        in.longNumber(),
        in.recipient(),
        in.text(),
        entry(in.octet()),
        in.text(),
        in.number(),
        in.longNumber());
  }

  /** When a deferred one was to be tried again was not told: it is due. */
  private static Part oldPart(WireReader in, Envelope envelope) throws DamagedRecordException {
    Part part =
        new Part(
            in.shortNumber(),
            in.longNumber(),
            in.recipient(),
            in.text(),
            entry(in.octet()),
            in.text(),
            in.number());
    return part.entry == Held.Entry.DEFERRED
        ? new Part(
            part.number,
            part.order,
            part.recipient,
            part.nextHop,
            part.entry,
            part.reason,
            part.attempts,
            envelope.accepted().toEpochMilli())
        : part;
  }

  private static int code(Held.Entry entry) {
    return switch (entry) {
      case WAITING -> 0;
      case DEFERRED -> 1;
      case PARKED -> 2;
    };
  }

  private static Held.Entry entry(int code) throws DamagedRecordException {
    return switch (code) {
      case 0 -> Held.Entry.WAITING;
      case 1 -> Held.Entry.DEFERRED;
      case 2 -> Held.Entry.PARKED;
      default -> throw new DamagedRecordException("unknown entry " + code);
    };
  }

  /** The key of one of its deliveries. */
  public long key(Part part) {
    return Key.of(part.order == 0 ? sequence : part.order, part.number);
  }
}
