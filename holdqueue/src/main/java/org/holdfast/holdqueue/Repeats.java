package org.holdfast.holdqueue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.holdfast.holdqueue.dispatch.Backlog.Ended;
import org.jspecify.annotations.Nullable;

/**
 * Failed attempts that say what was written a moment ago and need not be written again.
 * Thread-safe.
 *
 * <p>A next hop that is down is probed every few seconds for days, each time with somebody's real
 * delivery. What a record of that would add is a count and a time; so within {@link #SAME} these
 * write nothing: the same delivery deferred with the same words, and, when the trouble is the next
 * hop's and not the delivery's, another delivery that was deferred before, with the same words. The
 * first failure of each delivery is always written, and so is the first after a person acted.
 *
 * <p>What attempts and next attempt mean then, for a person and after a restart: at least so many
 * attempts were made, and one was due at that time. The dispatcher's own waits do not depend on
 * them. A crash loses nothing by it: an attempt that was not written is one that is made again.
 */
final class Repeats {

  /** How long the same words about the same trouble are old news. */
  static final Duration SAME = Duration.ofSeconds(60);

  /** Most that is remembered; of what is forgotten a record more is written. */
  static final int REMEMBERED = 4_096;

  private final InstantSource clock;
  private final LongSupplier revision;

  /** When it was last written, oldest first; its monitor guards it. */
  private final Map<What, When> written = new LinkedHashMap<>();

  /** Who was deferred with which words; {@code key} -1: whoever goes to the next hop. */
  private record What(long key, String words) {}

  private record When(Instant at, long revision) {}

  /**
   * @param revision rises whenever a person's act took effect
   */
  Repeats(InstantSource clock, LongSupplier revision) {
    this.clock = clock;
    this.revision = revision;
  }

  /** Whether this says nothing new. */
  boolean has(Ended ended) {
    if (!(ended.outcome() instanceof Outcome.Deferred deferred)) {
      return false;
    }
    synchronized (written) {
      return isRecent(written.get(own(ended)))
          || (ended.delivery().attempts() > 0 && isRecent(written.get(common(deferred))));
    }
  }

  private boolean isRecent(@Nullable When when) {
    if (when == null || when.revision != revision.getAsLong()) {
      return false;
    }
    Instant now = clock.instant();
    return !now.isBefore(when.at) && now.isBefore(when.at.plus(SAME));
  }

  /** It is in the log. */
  void wrote(Ended ended) {
    if (!(ended.outcome() instanceof Outcome.Deferred deferred)) {
      return;
    }
    When now = new When(clock.instant(), revision.getAsLong());
    synchronized (written) {
      remember(own(ended), now);
      if (deferred.scope() == Outcome.Scope.NEXT_HOP) {
        remember(common(deferred), now);
      }
    }
  }

  private void remember(What what, When now) {
    written.remove(what);
    written.put(what, now);
    if (written.size() > REMEMBERED) {
      written.remove(written.keySet().iterator().next());
    }
  }

  private static What own(Ended ended) {
    return new What(IndexBacklog.key(ended.delivery()), ended.outcome().reply());
  }

  private static What common(Outcome.Deferred deferred) {
    return new What(-1, deferred.scope() + " " + deferred.reply());
  }
}
