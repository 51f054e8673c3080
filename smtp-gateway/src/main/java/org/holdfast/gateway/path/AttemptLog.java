package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;

/**
 * The line of each attempt that the queue made, but for those that would only say again what stands
 * in the log: a pair that is away for a weekend is probed all the time. What is wrong with the
 * whole member is told once for the member, what is wrong with one delivery once for that delivery;
 * again when the reason is another one, after {@link #CHANGED} at the earliest, and after {@link
 * #SAME} in any case. {@code left_out} counts what was not written. Thread-safe; the lock guards
 * what was said.
 */
final class AttemptLog {

  /** Members and deliveries whose last failure is remembered; of older ones a line comes again. */
  static final int REMEMBERED = 4_096;

  static final Duration CHANGED = Duration.ofMinutes(1);
  static final Duration SAME = Duration.ofHours(1);

  /** Words that are others each time: times, numbers of sessions and processes, ports. */
  private static final Pattern NUMBERED = Pattern.compile("\\S*[0-9]\\S*");

  private static final Pattern CODES =
      Pattern.compile("[2-5][0-9]{2}( [245]\\.[0-9]{1,3}\\.[0-9]{1,3})?");

  private final LongSupplier nanos;
  private final Map<String, Said> said =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * A log in which nothing was said yet.
   *
   * @param nanos as {@link System#nanoTime}
   */
  AttemptLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * An attempt for mail that the queue owns has ended.
   *
   * @param words what was said, and what we add to it
   */
  void ended(Envelope envelope, Recipient recipient, Member member, Outcome outcome, String words) {
    long leftOut = leftOut(envelope, recipient, member, outcome);
    if (leftOut >= 0) {
      DeliveryLog.ended(envelope, recipient, member, outcome, words, leftOut);
    }
  }

  /** How many lines were left out before this one; negative when it is to be left out too. */
  private synchronized long leftOut(
      Envelope envelope, Recipient recipient, Member member, Outcome outcome) {
    String ofMember = DeliveryLog.relay(member);
    String ofDelivery = envelope.id() + " " + recipient.address();
    return switch (outcome) {
      case Outcome.Deferred(Outcome.Scope scope, String reply, var _)
          when scope == Outcome.Scope.NEXT_HOP ->
          failed(ofMember, reply);
      case Outcome.Deferred(Outcome.Scope _, String reply, var _) -> failed(ofDelivery, reply);
      case Outcome.Uncertain(String reply, var _) -> failed(ofDelivery, reply);
      case Outcome.Shut _ -> 0;
      case Outcome.Delivered _, Outcome.Refused _, Outcome.Returned _ -> {
        Said last = said.get(ofMember);
        if (last != null) {
          last.over = true; // it answers: the next failure is news
        }
        said.remove(ofDelivery);
        yield 0;
      }
    };
  }

  private long failed(String of, String reply) {
    long now = nanos.getAsLong();
    String reason = reason(reply);
    Said last = said.get(of);
    if (last != null && !last.isDue(reason, now)) {
      last.leftOut++;
      return -1;
    }
    said.put(of, new Said(reason, now));
    return last == null ? 0 : last.leftOut;
  }

  /** What stays the same when the same happens again. */
  private static String reason(String reply) {
    var codes = CODES.matcher(reply);
    int words = codes.lookingAt() ? codes.end() : 0;
    return reply.substring(0, words) + NUMBERED.matcher(reply.substring(words)).replaceAll("");
  }

  private static final class Said {

    private final String reason;
    private final long at;
    private long leftOut;
    private boolean over;

    Said(String reason, long at) {
      this.reason = reason;
      this.at = at;
    }

    boolean isDue(String now, long nanos) {
      long since = nanos - at;
      boolean another = over || !now.equals(reason);
      return since >= SAME.toNanos() || (another && since >= CHANGED.toNanos());
    }
  }
}
