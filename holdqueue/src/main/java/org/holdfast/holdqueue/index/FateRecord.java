package org.holdfast.holdqueue.index;

import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What became of one delivery. Octets: form 8 bits (2), key 64, queue id, time, who, text, next
 * attempt in milliseconds since 1970 (0: none) 64, for a redirection the new recipient and its next
 * hop; then next hop and member that were asked, repeats 32, at the door 8. Form 1 ended before
 * these.
 *
 * @param key the delivery's {@link Key}
 * @param id the message's queue id, for people who read the log
 * @param who the person who did it; empty when the queue did
 * @param text the next hop's reply, or the reason
 * @param to the new recipient of a redirection, else null
 * @param nextHop where that one lives; empty when {@code to} is null
 * @param asked of an attempt; {@link Asked#NOBODY} of what else became of it
 */
public record FateRecord(
    Kind kind,
    long key,
    String id,
    Instant at,
    String who,
    String text,
    long nextAttempt,
    @Nullable Recipient to,
    String nextHop,
    Asked asked) {

  private static final int FORM = 2;

  /** Without {@code asked}. */
  private static final int OLD_FORM = 1;

  /**
   * An attempt.
   *
   * @param repeats attempts before it that were not written; see {@code Repeats}
   * @param atTheDoor it was begun there, and counted when the message was stored
   */
  public record Asked(Outcome.Where where, int repeats, boolean atTheDoor) {

    /** It was no attempt, or nothing is known of it. */
    public static final Asked NOBODY = new Asked(Outcome.Where.UNKNOWN, 0, false);
  }

  /** What is no attempt. */
  public FateRecord(
      Kind kind,
      long key,
      String id,
      Instant at,
      String who,
      String text,
      long nextAttempt,
      @Nullable Recipient to,
      String nextHop) {
    this(kind, key, id, at, who, text, nextAttempt, to, nextHop, Asked.NOBODY);
  }

  /** What happened; the type of the record. */
  public enum Kind {
    DELIVERED(2),
    DEFERRED(3),
    PARKED(4),
    RETRIED(5),
    DISCARDED(6),
    REDIRECTED(7),
    UNCERTAIN(9),
    REFUSED(10),
    RETURNED(11);

    private final int type;

    Kind(int type) {
      this.type = type;
    }

    int type() {
      return type;
    }

    /** Of an attempt that ended so; null: there was none. */
    public static @Nullable Kind of(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Delivered _ -> DELIVERED;
        case Outcome.Deferred _ -> DEFERRED;
        case Outcome.Uncertain _ -> UNCERTAIN;
        case Outcome.Refused _ -> REFUSED;
        case Outcome.Returned _ -> RETURNED;
        case Outcome.Shut _ -> null;
      };
    }

    /** One word for people. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the next hop was asked. */
    boolean attempt() {
      return this == DELIVERED
          || this == DEFERRED
          || this == UNCERTAIN
          || this == REFUSED
          || this == RETURNED;
    }

    static @Nullable Kind of(int type) {
      for (Kind kind : values()) {
        if (kind.type == type) {
          return kind;
        }
      }
      return null;
    }
  }

  /**
   * Whether it leaves nothing of the delivery to be tried. A failed attempt does not, nor does what
   * a person set aside, who may put it back: the end that {@link Index#hide} was told of may come
   * after these, and hides the delivery until it is in the tables itself.
   */
  boolean isEnd() {
    return switch (kind) {
      case DELIVERED, RETURNED, REFUSED, DISCARDED, REDIRECTED -> true;
      case PARKED -> who.isEmpty();
      case DEFERRED, UNCERTAIN, RETRIED -> false;
    };
  }

  /** How many attempts more it means than were known before. */
  int attempts() {
    return kind.attempt() ? (asked.atTheDoor ? 0 : 1) + asked.repeats : 0;
  }

  /** A fate without a new recipient. */
  public static FateRecord of(Kind kind, long key, String id, Instant at, String who, String text) {
    return new FateRecord(kind, key, id, at, who, text, 0, null, "");
  }

  /** The same with the time of the next attempt. */
  public FateRecord next(@Nullable Instant when) {
    return new FateRecord(
        kind, key, id, at, who, text, when == null ? 0 : when.toEpochMilli(), to, nextHop, asked);
  }

  /** The same, with who was asked. */
  public FateRecord asked(Asked whom) {
    return new FateRecord(kind, key, id, at, who, text, nextAttempt, to, nextHop, whom);
  }

  /** The record to append. */
  public Entry entry() {
    return Entry.of(kind.type, Wire.octets(this::write));
  }

  private void write(DataOutputStream out) throws IOException {
    out.writeByte(FORM);
    out.writeLong(key);
    Wire.text(out, id);
    Wire.instant(out, at);
    Wire.text(out, who);
    Wire.text(out, text);
    out.writeLong(nextAttempt);
    if (to != null) {
      Wire.recipient(out, to);
      Wire.text(out, nextHop);
    }
    Wire.where(out, asked.where);
    out.writeInt(asked.repeats);
    out.writeByte(asked.atTheDoor ? 1 : 0);
  }

  /**
   * Reads it back.
   *
   * @throws DamagedRecordException it fails its checksum or makes no sense
   */
  public static FateRecord read(LogRecord record) throws IOException {
    Kind kind = Kind.of(record.type());
    if (kind == null) {
      throw new DamagedRecordException("record at " + record.position() + ": unknown form");
    }
    return WireReader.read(
        record.body(), record.position(), in -> read(kind, in, record.position()));
  }

  private static FateRecord read(Kind kind, WireReader in, long position)
      throws DamagedRecordException {
    int form = in.octet();
    if (form != FORM && form != OLD_FORM) {
      throw new DamagedRecordException("record at " + position + ": unknown form");
    }
    boolean redirected = kind == Kind.REDIRECTED;
    return new FateRecord(
        kind,
        in.longNumber(),
        in.text(),
        in.instant(),
        in.text(),
        in.text(),
        in.longNumber(),
        redirected ? in.recipient() : null,
        redirected ? in.text() : "",
        form == OLD_FORM ? Asked.NOBODY : asked(in));
  }

  private static Asked asked(WireReader in) {
    return new Asked(in.where(), in.number(), in.octet() == 1);
  }
}
