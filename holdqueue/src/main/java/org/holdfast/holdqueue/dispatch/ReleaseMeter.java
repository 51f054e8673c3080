package org.holdfast.holdqueue.dispatch;

/** Counts the deliveries of one release and how fast they go. Times in nanoseconds. */
final class ReleaseMeter {

  /** The rate is taken over windows of this length. */
  private static final long WINDOW = 2_000_000_000L;

  /** Nothing waiting for this long: what comes next is another release. */
  private static final long PAUSE = 60_000_000_000L;

  private long began = -1;
  private long last;
  private long done;
  private long windowBegan;
  private long inWindow;
  private double rate;

  void delivered(long now) {
    if (began < 0 || now - last > PAUSE) {
      began = now;
      windowBegan = now;
      done = 0;
      inWindow = 0;
    }
    roll(now);
    last = now;
    done++;
    inWindow++;
  }

  long done() {
    return done;
  }

  /** When the release began; -1: there was none. */
  long began() {
    return began;
  }

  /** Deliveries a second, lately. */
  double rate(long now) {
    roll(now);
    long length = now - windowBegan;
    return rate > 0 || length == 0 ? rate : inWindow * 1e9 / length;
  }

  private void roll(long now) {
    long length = now - windowBegan;
    if (length >= WINDOW) {
      rate = inWindow * 1e9 / length;
      inWindow = 0;
      windowBegan = now;
    }
  }
}
