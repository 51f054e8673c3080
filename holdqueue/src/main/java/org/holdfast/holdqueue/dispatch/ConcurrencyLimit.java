package org.holdfast.holdqueue.dispatch;

import java.util.Arrays;

/**
 * How many attempts may be open at once at one server, learned from how long it takes to answer. A
 * server that works on {@code c} messages at a time answers within its own time while no more than
 * {@code c} are open; beyond that each further one waits in a queue of the server. So
 *
 * <pre>waiting there = limit × (1 − usual latency / latency now)</pre>
 *
 * and the limit is kept where a few wait there: a weak server is not drowned, a strong one is
 * filled. This is the estimate of TCP Vegas (Brakmo, O'Malley, Peterson: TCP Vegas, SIGCOMM 1994),
 * once for each round trip, with additive increase and multiplicative decrease (Chiu, Jain:
 * Analysis of the increase and decrease algorithms, 1989), slow start, and the usual latency
 * measured again now and then with half the load (Cardwell et al.: BBR, 2016), so that a lasting
 * change is learned and a standing queue is not taken for the usual.
 *
 * <p>Between 1 and the most allowed. Not thread-safe; times in nanoseconds.
 */
final class ConcurrencyLimit {

  /** With fewer waiting at the server it may be given more. */
  private static final double FEW = 2;

  /** With more than that waiting at the server it is given less. */
  private static final double MANY = 4;

  /** Below this no latency is a burden: disks need their time, and compilers of ours. */
  static final long UNREMARKABLE = 50_000_000L;

  /** The usual latency is measured anew when it is older than this. */
  static final long USUAL_AGE = 30_000_000_000L;

  /** After an outage slow start goes at least up to here. */
  private static final double LEAST_THRESHOLD = 4;

  /** A round trip is judged by at least so many answers. */
  private static final int LEAST_ANSWERS = 3;

  /** And by the last so many at most. */
  private static final int MOST_ANSWERS = 64;

  private enum Mode {
    /** The load is what it may be. */
    FULL,
    /** Halved: what still comes was begun before. */
    EASING,
    /** Halved: these answers say what is usual. */
    MEASURING
  }

  private final int most;
  private final long[] answers;
  private Mode mode = Mode.FULL;
  private double limit = 1;
  private double before;
  private double threshold;
  private int count;

  /** Answers that make the round trip; fixed at its begin, or slow start would run ahead of it. */
  private int wanted = LEAST_ANSWERS;

  private int peak;
  private long usual;
  private long usualSince;

  ConcurrencyLimit(int most) {
    this.most = most;
    this.threshold = most;
    this.answers = new long[Math.clamp(most, LEAST_ANSWERS, MOST_ANSWERS)];
  }

  int allowed() {
    return (int) limit;
  }

  /** An attempt begins; so many are open now. */
  void begins(int open) {
    peak = Math.max(peak, open);
  }

  /** An attempt was answered after this time. */
  void answered(long latencyNanos, long now) {
    answers[count++] = latencyNanos;
    if (mode == Mode.FULL && limit < threshold && isQuick(latencyNanos) && isUsed()) {
      limit = Math.min(threshold, limit + 1); // slow start: it doubles with each round trip
    }
    if (count >= wanted) {
      roundTrip(now);
      newRoundTrip();
    }
  }

  /** The usual latency; 0: not known yet. */
  long usual() {
    return usual;
  }

  private void newRoundTrip() {
    count = 0;
    peak = 0;
    wanted = Math.clamp((int) limit, LEAST_ANSWERS, answers.length);
  }

  /** The server was away: it must not be met by everybody at once when it is back. */
  void restart() {
    threshold = Math.min(most, Math.max(LEAST_THRESHOLD, Math.max(limit, before) / 2));
    limit = 1;
    before = 0;
    mode = Mode.FULL;
    newRoundTrip();
  }

  private void roundTrip(long now) {
    long latency = median();
    switch (mode) {
      case FULL -> judge(latency, now);
      case EASING -> mode = Mode.MEASURING;
      case MEASURING -> {
        learn(latency, now);
        limit = before;
        before = 0;
        mode = Mode.FULL;
      }
    }
  }

  private void judge(long latency, long now) {
    if (usual == 0 || latency < usual) {
      learn(latency, now);
    }
    adjust(latency);
    if (now - usualSince > USUAL_AGE && limit >= 2) {
      before = limit;
      limit = limit / 2;
      mode = Mode.EASING;
    }
  }

  private void adjust(long latency) {
    double waiting = latency <= UNREMARKABLE ? 0 : limit * (1 - (double) usual / latency);
    if (waiting > MANY) {
      limit = Math.max(limit / 2, limit * usual / latency + FEW);
      threshold = limit;
    } else if (waiting < FEW && limit >= threshold && isUsed()) {
      limit = Math.min(most, limit + 1);
    }
  }

  /** Not so slow that there must be a queue at the server already. */
  private boolean isQuick(long latency) {
    return usual == 0 || latency <= Math.max(UNREMARKABLE, 2 * usual);
  }

  /** What is not used says nothing about what would be borne. */
  private boolean isUsed() {
    return peak >= limit / 2;
  }

  private void learn(long latency, long now) {
    usual = latency;
    usualSince = now;
  }

  private long median() {
    Arrays.sort(answers, 0, count);
    return answers[count / 2];
  }
}
