package org.holdfast.holdqueue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.holdfast.holdqueue.dispatch.Backlog.Ended;
import org.jspecify.annotations.Nullable;

/**
 * Failed attempts that say what was written a moment ago and need no record of their own.
 * Thread-safe.
 *
 * <p>A next hop that is down is probed every few seconds for days, each time with somebody's real
 * delivery. What a record of that would add is a count and a time; so within {@link #SAME} such a
 * failure, of a delivery that was tried before, with the same words as one that was written, is
 * counted here. Lists and histories show the count at once; the next record of the delivery has it,
 * and so has the one that a stop in order writes. The first failure of each delivery is always
 * written, and so is the first after a person acted, and whatever is the delivery's own trouble:
 * its waits grow.
 *
 * <p>A crash costs the counts that are here: what the log says then is that at least so many
 * attempts were made. The dispatcher's own waits do not depend on them.
 */
final class Repeats {

  /** How long the same words about the same trouble are old news. */
  static final Duration SAME = Duration.ofSeconds(60);

  /** Most that is remembered, and most deliveries that have a count; beyond that is written. */
  static final int REMEMBERED = 4_096;

  private final InstantSource clock;
  private final LongSupplier revision;

  /** When these words were last written, oldest first; the monitor of this guards it. */
  private final Map<String, When> written = new LinkedHashMap<>();

  /** By delivery, longest untouched first; the monitor of this guards it. */
  private final Map<Long, Unwritten> unwritten = new LinkedHashMap<>();

  private record When(Instant at, long revision) {}

  /**
   * Attempts at one delivery that have no record.
   *
   * @param last the latest of them
   */
  record Unwritten(int count, Instant at, Ended last) {}

  /**
   * @param revision rises whenever a person's act took effect
   */
  Repeats(InstantSource clock, LongSupplier revision) {
    this.clock = clock;
    this.revision = revision;
  }

  /** Whether this says nothing new; then it is counted. The same one again is counted once. */
  @SuppressWarnings("ReferenceEquality") // the same attempt again, not one that looks like it
  synchronized boolean takes(Ended ended) {
    String trouble = trouble(ended);
    if (trouble == null
        || ended.adopted()
        || ended.delivery().attempts() == 0
        || !isRecent(written.get(trouble))) {
      return false;
    }
    long key = IndexBacklog.key(ended.delivery());
    Unwritten before = unwritten.remove(key);
    int count = before == null ? 0 : before.count;
    boolean again = before != null && before.last == ended;
    unwritten.put(key, new Unwritten(again ? count : count + 1, clock.instant(), ended));
    return true;
  }

  private boolean isRecent(@Nullable When when) {
    if (when == null || when.revision != revision.getAsLong()) {
      return false;
    }
    Instant now = clock.instant();
    return !now.isBefore(when.at) && now.isBefore(when.at.plus(SAME));
  }

  /** It is in the log, with what was counted of its delivery. */
  synchronized void wrote(Ended ended) {
    unwritten.remove(IndexBacklog.key(ended.delivery()));
    String trouble = trouble(ended);
    if (trouble != null) {
      written.remove(trouble);
      written.put(trouble, new When(clock.instant(), revision.getAsLong()));
      if (written.size() > REMEMBERED) {
        written.remove(written.keySet().iterator().next());
      }
    }
  }

  /** What is counted of this delivery. */
  synchronized Optional<Unwritten> of(long key) {
    return Optional.ofNullable(unwritten.get(key));
  }

  /** Hands over what is more than may be kept, all at a stop: it is to be written. */
  synchronized List<Unwritten> drain(int keep) {
    List<Unwritten> drained = new ArrayList<>();
    while (unwritten.size() > keep) {
      drained.add(unwritten.remove(unwritten.keySet().iterator().next()));
    }
    return drained;
  }

  /** The next hop's trouble; null: it is none. */
  private static @Nullable String trouble(Ended ended) {
    return ended.outcome() instanceof Outcome.Deferred deferred
            && deferred.scope() == Outcome.Scope.NEXT_HOP
        ? deferred.where().nextHop() + " " + deferred.reply()
        : null;
  }
}
