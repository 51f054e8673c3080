package org.holdfast.holdqueue.index;

import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.Attempt;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.jspecify.annotations.Nullable;

/**
 * One line of a message's history as a {@link MessageRecord} has it: the attempt at the door, and
 * in a message that was carried forward all that happened before. Octets: kind 8 bits (0: {@link
 * #isOpen}), time, recipient 16, address, attempt 32, repeats 32, who, next hop, member, text.
 *
 * @param kind null: an attempt that was open when the message was stored
 * @param recipient number of the recipient within the message
 * @param address whom it went to then
 * @param number which attempt for this recipient it was, from 1; 0: it was none
 * @param repeats attempts before it, at a next hop that was down, that this line tells of
 * @param who the person who did it; empty when the queue did
 */
public record HistoryLine(
    FateRecord.@Nullable Kind kind,
    Instant at,
    int recipient,
    String address,
    int number,
    int repeats,
    String who,
    Outcome.Where where,
    String text) {

  /** Lines of a message's history that are kept for ever, and of the latest ones after them. */
  static final int FIRST = 20;

  static final int LATEST = 80;

  /** What an attempt became whose end nobody saw. */
  private static final String UNSEEN = "no answer was seen before the gateway stopped";

  private static final String OPEN = "open";

  /** Whether it tells of an attempt whose end is another line, or yet to come. */
  boolean isOpen() {
    return kind == null;
  }

  /** Of an attempt that a former life of the queue had open: nobody will tell how it ended. */
  HistoryLine unseen() {
    return new HistoryLine(
        FateRecord.Kind.UNCERTAIN, at, recipient, address, number, repeats, who, where, UNSEEN);
  }

  /** The first ones and the latest. */
  static List<HistoryLine> bounded(List<HistoryLine> lines) {
    if (lines.size() <= FIRST + LATEST) {
      return List.copyOf(lines);
    }
    List<HistoryLine> kept = new ArrayList<>(lines.subList(0, FIRST));
    kept.addAll(lines.subList(lines.size() - LATEST, lines.size()));
    return List.copyOf(kept);
  }

  /** As people see it. */
  Attempt shown() {
    String what = kind == null ? OPEN : kind.word();
    return new Attempt(
        at, recipient, address.isEmpty() ? null : address, number, repeats, where, who, what, text);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeByte(kind == null ? 0 : kind.type());
    Wire.instant(out, at);
    out.writeShort(recipient);
    Wire.text(out, address);
    out.writeInt(number);
    out.writeInt(repeats);
    Wire.text(out, who);
    Wire.where(out, where);
    Wire.text(out, text);
  }

  static HistoryLine read(WireReader in) throws DamagedRecordException {
    int type = in.octet();
    FateRecord.Kind kind = FateRecord.Kind.of(type);
    if (type != 0 && kind == null) {
      throw new DamagedRecordException("unknown kind of history " + type);
    }
    return new HistoryLine(
        kind,
        in.instant(),
        in.shortNumber(),
        in.text(),
        in.number(),
        in.number(),
        in.text(),
        in.where(),
        in.text());
  }
}
