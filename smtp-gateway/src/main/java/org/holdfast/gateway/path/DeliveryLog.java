package org.holdfast.gateway.path;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for whatever became of a message for one recipient, at the door and each time the queue
 * tried: {@code docs/logs.md} has the fields and the words of {@code status}. As the time at the
 * beginning of the line, the delay is by the system's clock. Thread-safe.
 */
final class DeliveryLog {

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.delivery");

  private static final String NOWHERE = "none";

  private DeliveryLog() {}

  /** What the sender hears at once: each recipient that a backend took, or refused for good. */
  static void atTheDoor(Envelope envelope, List<Recipient> recipients, Fate[] fates, Telling told) {
    if (!log.isInfoEnabled()) {
      return;
    }
    Set<Recipient> stored = new HashSet<>();
    told.stored().forEach(held -> stored.add(held.recipient()));
    for (int i = 0; i < fates.length; i++) {
      if (!stored.contains(recipients.get(i)) && fates[i] instanceof Fate.Answered answered) {
        Answer answer = answered.answer();
        String status = answer instanceof Answer.Delivered ? "sent" : "refused";
        line(envelope, recipients.get(i), answered.member(), status, answer.reply().line());
      }
    }
  }

  /** What is on stable storage from now on. */
  static void stored(Envelope envelope, List<Held> recipients) {
    if (log.isInfoEnabled()) {
      for (Held held : recipients) {
        line(envelope, held.recipient(), null, status(held.entry()), held.reason());
      }
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
   */
  static void ended(
      Envelope envelope, Recipient recipient, Member member, Outcome outcome, String words) {
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
    line(envelope, recipient, member, status, words);
  }

  private static void line(
      Envelope envelope,
      Recipient recipient,
      @Nullable Member member,
      String status,
      String words) {
    Duration delay = Duration.between(envelope.accepted(), Instant.now());
    log.atInfo()
        .setMessage("delivery")
        .addKeyValue("id", envelope.id())
        .addKeyValue("to", recipient.address())
        .addKeyValue("orig_to", recipient.original())
        .addKeyValue("relay", member == null ? NOWHERE : relay(member))
        .addKeyValue("delay", Math.max(0, delay.toMillis()) / 1000.0)
        .addKeyValue("status", status)
        .addKeyValue("reply", words)
        .log();
  }

  private static String relay(Member member) {
    return member.name() + "[" + member.lmtp().host() + "]:" + member.lmtp().port();
  }
}
