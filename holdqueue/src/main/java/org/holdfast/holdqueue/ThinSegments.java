package org.holdfast.holdqueue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.holdfast.holdqueue.log.LogRecord;
import org.holdfast.holdqueue.log.SegmentLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which segment is worth being compacted? One thread.
 *
 * <p>One of which little lives ({@link #THIN_DIVISOR}), if it goes when that is carried away: a
 * segment whose records tell the fate of mail in an older one cannot go before that one, else the
 * older mail would come back when the index is rebuilt. So an old segment full of mail that nobody
 * can deliver <i>pins</i> what came after it. It is carried too, thin or not, when more octets are
 * pinned by it, and certainly dead, than it has itself.
 *
 * <p>A segment is looked at only when as many messages live in it as a while ago: one that is being
 * drained empties by itself.
 */
final class ThinSegments {

  /** Thin: what lives in it is at most this part of it. */
  static final int THIN_DIVISOR = 2;

  /** Segments read in one round at most. */
  static final int LOOKS = 8;

  /** The log is quiet while it grows by no more than this between two looks. */
  static final long QUIET_OCTETS = 64L << 10;

  private static final Logger LOG = LoggerFactory.getLogger(ThinSegments.class);

  private final SegmentLog log;
  private final Questions questions;
  private final long worthRolling;

  /** As many messages as lived in a segment when it was last seen. */
  private final Map<Long, Long> seen = new HashMap<>();

  private final Map<Long, Measure> measures = new HashMap<>();

  /** Segments that did not go though their messages were carried away, and what they had then. */
  private final Map<Long, Long> left = new HashMap<>();

  /** Where messages no longer read, each said and counted once. */
  private final Set<Long> damaged = new HashSet<>();

  private long seenEnd = -1;

  /** What was found to live in a segment when it had so many messages and octets. */
  private record Measure(long messages, long length, long octets) {
    boolean thin() {
      return octets <= length / THIN_DIVISOR;
    }
  }

  /** A segment and the places of the messages that live in it. */
  record Found(long base, long octets, List<Long> places) {}

  /**
   * @param worthRolling octets below which the segment being written to is left as it is
   */
  ThinSegments(SegmentLog log, Questions questions, long worthRolling) {
    this.log = log;
    this.questions = questions;
    this.worthRolling = worthRolling;
  }

  /** What the segments are now, for one round. */
  private final class Round {
    final SortedMap<Long, Long> live = questions.live();
    final List<Long> bases = log.segments();
    final Set<Long> there = new HashSet<>(bases);
    final Map<Long, Set<Long>> roots = new HashMap<>();

    /** Octets that are certainly dead, of segments that cannot go, oldest first. */
    final SortedMap<Long, Long> pinned = new TreeMap<>();

    int looks = LOOKS;

    Round() throws IOException {}

    long live(long base) {
      return live.getOrDefault(base, 0L);
    }

    boolean settled(long base) {
      return Long.valueOf(live(base)).equals(seen.get(base));
    }
  }

  /** The next segment to be compacted, the oldest first; empty when none is worth it. */
  Optional<Found> next() throws IOException {
    Round round = new Round();
    Optional<Found> found = firstThin(round);
    if (found.isEmpty() && !round.pinned.isEmpty()) {
      found = firstThatPins(round);
    }
    measures.keySet().retainAll(round.there);
    left.keySet().retainAll(round.there);
    damaged.removeIf(position -> position < log.begin());
    seen.clear();
    round.bases.forEach(base -> seen.put(base, round.live(base)));
    return found;
  }

  private Optional<Found> firstThin(Round round) throws IOException {
    for (int i = 0; i < round.bases.size() - 1; i++) {
      long base = round.bases.get(i);
      if (!round.settled(base)) {
        continue;
      }
      Measure measure = measure(base, round.bases.get(i + 1), round);
      if (measure == null || !measure.thin()) {
        continue;
      }
      if (!roots(base, round).isEmpty()) {
        round.pinned.put(base, measure.length - measure.octets);
      } else if (measure.octets > 0 && !isLeft(base, round)) {
        return Optional.of(places(base, round.bases.get(i + 1)));
      }
    }
    return Optional.empty();
  }

  /** Carrying this one away did not make it go: no more of it until something changes there. */
  void leave(long base) throws IOException {
    left.put(base, questions.live().getOrDefault(base, 0L));
  }

  private boolean isLeft(long base, Round round) {
    return Long.valueOf(round.live(base)).equals(left.get(base));
  }

  /** Null: not known, enough was read in this round. */
  private @Nullable Measure measure(long base, long next, Round round) throws IOException {
    long length = log.segmentLength(base);
    long messages = round.live(base);
    Measure known = measures.get(base);
    if (known != null && known.messages == messages && known.length == length) {
      return known;
    }
    if (messages > 0 && round.looks == 0) {
      return null;
    }
    round.looks -= messages > 0 ? 1 : 0;
    Measure now = new Measure(messages, length, messages == 0 ? 0 : octets(base, next, length));
    measures.put(base, now);
    return now;
  }

  /** The tables know what was accepted here; what was carried here before, only the log does. */
  private long octets(long base, long next, long length) throws IOException {
    long accepted = questions.octetsAccepted(base, next);
    return accepted > length / THIN_DIVISOR ? accepted : places(base, next).octets;
  }

  private Found places(long base, long next) throws IOException {
    List<Long> places = new ArrayList<>();
    long[] octets = {0};
    log.replay(
        base,
        next,
        false,
        record -> {
          if (lives(record)) {
            places.add(record.position());
            octets[0] += record.length();
          }
        });
    return new Found(base, octets[0], places);
  }

  private boolean lives(LogRecord record) throws IOException {
    if (record.type() != MessageRecord.TYPE && record.type() != MessageRecord.MOVED) {
      return false;
    }
    try {
      long sequence = MessageRecord.read(record).sequence();
      return questions.positionOf(sequence).filter(p -> p == record.position()).isPresent();
    } catch (DamagedRecordException e) {
      sayOnce(record.position(), e);
      return false; // it stays where it is, and so does its segment
    }
  }

  private void sayOnce(long position, DamagedRecordException e) throws IOException {
    if (damaged.add(position)) {
      LOG.error("the message at {} is damaged; while it is held its segment stays", position, e);
      log.suspect(position);
    }
  }

  /** The older segments that must go before this one can, as far as they have mail that lives. */
  private Set<Long> roots(long base, Round round) throws IOException {
    Set<Long> known = round.roots.get(base);
    if (known != null) {
      return known;
    }
    Set<Long> roots = new HashSet<>();
    for (long target : questions.references(base)) {
      if (target < base && round.there.contains(target)) { // records speak of what came before
        roots.addAll(roots(target, round));
        if (round.live(target) > 0) {
          roots.add(target);
        }
      }
    }
    round.roots.put(base, roots);
    return roots;
  }

  /** The oldest of those that pin more than they have; it goes, since nothing pins the oldest. */
  private Optional<Found> firstThatPins(Round round) throws IOException {
    int tries = LOOKS;
    for (long base : round.pinned.keySet()) {
      SortedSet<Long> roots = new TreeSet<>(roots(base, round));
      long oldest = roots.first();
      if (tries-- > 0
          && round.settled(oldest)
          && !isLeft(oldest, round)
          && length(roots) <= pinnedBy(roots, round)) {
        int next = round.bases.indexOf(oldest) + 1;
        return Optional.of(places(oldest, round.bases.get(next)));
      }
    }
    return Optional.empty();
  }

  private long length(Collection<Long> bases) {
    return bases.stream().mapToLong(log::segmentLength).sum();
  }

  private long pinnedBy(Set<Long> roots, Round round) throws IOException {
    long octets = 0;
    for (Map.Entry<Long, Long> each : round.pinned.entrySet()) {
      octets += roots.containsAll(roots(each.getKey(), round)) ? each.getValue() : 0;
    }
    return octets;
  }

  /**
   * Whether the segment being written to should come to its end, so that it can be deleted or
   * compacted: it is large enough to be worth a new file, mostly dead, and nothing goes on.
   */
  boolean activeIsThin() throws IOException {
    long end = log.end();
    boolean quiet = seenEnd >= 0 && end - seenEnd <= QUIET_OCTETS;
    seenEnd = end;
    long base = log.segments().getLast();
    if (!quiet || log.segmentLength(base) < worthRolling) {
      return false;
    }
    Measure measure = measure(base, Long.MAX_VALUE, new Round());
    return measure != null && measure.thin();
  }
}
