package org.holdfast.gateway.path;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.path.Telling.Kept;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for whatever became of a message for one recipient, at the door and each time the queue
 * tried: {@code docs/logs.md} has the fields and the words of {@code status}. As the time at the
 * beginning of the line, the delay is by the system's clock. Thread-safe.
 */
final class DeliveryLog {

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.delivery");

  private static final String NOWHERE = "none";
  private static final String REFUSED = "refused";

  private DeliveryLog() {}

  /** What the sender hears at once: each recipient that a backend took, or that was refused. */
  static void atTheDoor(Envelope envelope, List<Recipient> recipients, Fate[] fates, Telling told) {
    if (!log.isInfoEnabled()) {
      return;
    }
    Set<Recipient> stored = new HashSet<>();
    told.kept().forEach(kept -> stored.add(kept.held().recipient()));
    for (int i = 0; i < fates.length; i++) {
      if (!stored.contains(recipients.get(i))) {
        atTheDoor(envelope, recipients.get(i), fates[i]);
      }
    }
  }

  private static void atTheDoor(Envelope envelope, Recipient recipient, Fate fate) {
    switch (fate) {
      case Fate.Answered(String _, Member member, Answer answer) -> {
        String status = answer instanceof Answer.Delivered ? "sent" : REFUSED;
        line(envelope, recipient, member, status, answer.reply().line());
      }
      case Fate.Gone(var location) ->
          line(envelope, recipient, null, REFUSED, Replies.gone(location).line());
      case Fate.OnHold _, Fate.StillOpen _, Fate.Pending _ -> {} // these are stored
    }
  }

  /** What is on stable storage from now on, with who was tried at the door. */
  static void stored(Envelope envelope, List<Kept> recipients) {
    if (log.isInfoEnabled()) {
      for (Kept kept : recipients) {
        Held held = kept.held();
        line(envelope, held.recipient(), kept.tried(), status(held.entry()), kept.words());
      }
    }
  }

  /** What could not be stored, where others of the same message were taken: the sender keeps it. */
  static void notStored(Envelope envelope, List<Kept> recipients, Reply told) {
    if (log.isInfoEnabled()) {
      for (Kept kept : recipients) {
        line(envelope, kept.held().recipient(), kept.tried(), REFUSED, told.line());
      }
    }
  }

  /** A recipient that gets the message as another one, who was named before it. */
  static void merged(Envelope envelope, Recipient recipient, String before) {
    if (log.isInfoEnabled()) {
      line(envelope, recipient, null, "merged", "one delivery with <" + before + ">");
    }
  }

  private static String status(Held.Entry entry) {
    return switch (entry) {
      case WAITING -> "held";
      case DEFERRED -> "deferred";
      case PARKED -> "parked";
    };
  }

  /**
   * An attempt for mail that the queue owns has ended.
   *
   * @param words what was said, and what we add to it
   * @param leftOut lines of the same kind that were not written before this one
   */
  static void ended(
      Envelope envelope,
      Recipient recipient,
      Member member,
      Outcome outcome,
      String words,
      long leftOut) {
    if (!log.isInfoEnabled()) {
      return;
    }
    String status =
        switch (outcome) {
          case Outcome.Delivered _ -> "sent";
          case Outcome.Deferred _, Outcome.Uncertain _ -> "deferred";
          case Outcome.Refused _ -> "parked";
          case Outcome.Returned _ -> "returned";
          case Outcome.Shut _ -> "held";
        };
    LoggingEventBuilder line = begun(envelope, recipient, member);
    end(leftOut == 0 ? line : line.addKeyValue("left_out", leftOut), status, words);
  }

  private static void line(
      Envelope envelope,
      Recipient recipient,
      @Nullable Member member,
      String status,
      String words) {
    end(begun(envelope, recipient, member), status, words);
  }

  private static LoggingEventBuilder begun(
      Envelope envelope, Recipient recipient, @Nullable Member member) {
    Duration delay = Duration.between(envelope.accepted(), Instant.now());
    return log.atInfo()
        .setMessage("delivery")
        .addKeyValue("id", envelope.id())
        .addKeyValue("to", recipient.address())
        .addKeyValue("orig_to", recipient.original())
        .addKeyValue("relay", member == null ? NOWHERE : relay(member))
        .addKeyValue("delay", Math.max(0, delay.toMillis()) / 1000.0);
  }

  private static void end(LoggingEventBuilder line, String status, String words) {
    line.addKeyValue("status", status).addKeyValue("reply", words).log();
  }

  /** A member as a line names it. */
  static String relay(Member member) {
    return member.name() + "[" + member.lmtp().host() + "]:" + member.lmtp().port();
  }
}
