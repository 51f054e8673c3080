package org.holdfast.holdqueue.dispatch;

/** Counts the deliveries of one release and how fast they go. Times in nanoseconds. */
final class ReleaseMeter {

  private static final long SECOND = 1_000_000_000L;

  /** The rate is that of so many seconds: a slow release must not look like none. */
  private static final int SECONDS = 10;

  /** Nothing waiting and nothing delivered for this long: what comes next is another release. */
  private static final long PAUSE = 60 * SECOND;

  private long began = -1;
  private long last;
  private long done;

  /** Since when nothing is waiting; -1: something is. */
  private long idleSince = -1;

  /** When it was last found that nothing had been waiting for a while; -1: never. */
  private long rested = -1;

  /** Deliveries in each of the last seconds; a second's place is its number modulo their count. */
  private final int[] inSecond = new int[SECONDS];

  /** The newest second that has a place. */
  private long second;

  void delivered(long now) {
    if (began < 0 || over(now)) {
      began = now;
      done = 0;
    }
    roll(now);
    last = now;
    done++;
    inSecond[(int) (second % SECONDS)]++;
  }

  /** Whether nothing is waiting now; between two deliveries of one lane that is so for a moment. */
  void idle(boolean idle, long now) {
    idleSince = !idle ? -1 : idleSince < 0 ? now : idleSince;
    rested = idle && now - idleSince >= SECOND ? now : rested;
  }

  /** Long ended: an outage in the middle, with mail waiting, is a part of a release. */
  private boolean over(long now) {
    return now - last > PAUSE && rested > last;
  }

  long done(long now) {
    return over(now) ? 0 : done;
  }

  /** When the release began; -1: there was none lately. */
  long began(long now) {
    return over(now) ? -1 : began;
  }

  /** When the last delivery was made; means something only when there is a release. */
  long last() {
    return last;
  }

  /** Deliveries a second, lately; 0 when there was none for {@value #SECONDS} seconds. */
  double rate(long now) {
    roll(now);
    int lately = 0;
    for (int count : inSecond) {
      lately += count;
    }
    if (lately == 0) {
      return 0;
    }
    long whole = (SECONDS - 1) * SECOND + now % SECOND;
    return lately * (double) SECOND / Math.clamp(now - began, SECOND, whole);
  }

  private void roll(long now) {
    long current = now / SECOND;
    long passed = Math.min(current - second, SECONDS);
    for (long each = current - passed + 1; each <= current; each++) {
      inSecond[(int) (each % SECONDS)] = 0;
    }
    second = current;
  }
}
