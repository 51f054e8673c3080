package org.holdfast.holdqueue;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One recipient as it enters the queue.
 *
 * @param nextHop the pair the mailbox lives on now, for lists and totals; asked anew at each
 *     attempt
 * @param entry what it waits for
 * @param reason in words, for people
 * @param running an attempt begun before the message was stored and still open; the queue owns it
 *     from now on and begins no other for this recipient until it has ended. Null: none
 * @param tried the attempt that was made, or begun, before the message was stored; null: none
 */
public record Held(
    Recipient recipient,
    String nextHop,
    Entry entry,
    String reason,
    @Nullable CompletionStage<Outcome> running,
    @Nullable Tried tried) {

  /** One that nobody was asked about, unless an attempt is open somewhere. */
  public Held(
      Recipient recipient,
      String nextHop,
      Entry entry,
      String reason,
      @Nullable CompletionStage<Outcome> running) {
    this(
        recipient,
        nextHop,
        entry,
        reason,
        running,
        running == null ? null : new Tried(Outcome.Where.UNKNOWN, null));
  }

  /** How a delivery enters its lane. */
  public enum Entry {
    /** Its user (or what is above it) is on hold, or mail is waiting ahead of it. */
    WAITING,
    /** An attempt failed just now: first retry after the first backoff. */
    DEFERRED,
    /** Waits for a person from the start. */
    PARKED
  }

  /**
   * An attempt at the door.
   *
   * @param ended how; null: it is open, or what it means is not decided before the message is
   *     stored, and {@code running} tells
   */
  public record Tried(Outcome.Where where, @Nullable Outcome ended) {}
}
