package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often each client did something in the last minute, in fixed memory however many clients
 * there are (count-min sketch; Cormode and Muthukrishnan 2005). Thread-safe: one lock protects all.
 *
 * <p>It never counts too little, so nobody is forgotten early by coming from, or bringing, many
 * others; it may count too much for a client who shares all its cells with busy ones, which at
 * {@value #WIDTH} cells in {@value #ROWS} rows takes tens of thousands of busy clients a minute.
 * The hash is seeded at each start, so nobody can choose whom to share with.
 *
 * <p>The minute slides: what was counted in the minute before weighs as much as it still overlaps.
 * What is refused is not counted, so a client gets its rate however often it tries.
 */
final class RateSketch {

  static final int ROWS = 4;
  static final int WIDTH = 1 << 13;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final int perMinute;
  private final LongSupplier nanos;
  private final long[] seeds = new SecureRandom().longs(ROWS).toArray();
  private int[] now;
  private int[] before;
  private long began;

  /**
   * @param perMinute 0: no limit, and no memory
   * @param nanos as {@link System#nanoTime}
   */
  RateSketch(int perMinute, LongSupplier nanos) {
    this.perMinute = perMinute;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
    this.now = new int[perMinute == 0 ? 0 : ROWS * WIDTH];
    this.before = now.clone();
  }

  /** Counts one more for this client, if it may. */
  boolean take(InetAddress client) {
    return perMinute == 0 || take(ClientKey.of(client));
  }

  /** Whether one more would be too many. Counts nothing. */
  boolean isFull(InetAddress client) {
    return perMinute != 0 && isFull(ClientKey.of(client));
  }

  private synchronized boolean isFull(long client) {
    turn();
    double overlap = 1 - (double) (nanos.getAsLong() - began) / MINUTE;
    double least = Double.MAX_VALUE;
    for (int row = 0; row < ROWS; row++) {
      int cell = cell(row, client);
      least = Math.min(least, now[cell] + before[cell] * overlap);
    }
    return least + 1 > perMinute;
  }

  private synchronized boolean take(long client) {
    if (isFull(client)) {
      return false;
    }
    for (int row = 0; row < ROWS; row++) {
      now[cell(row, client)]++;
    }
    return true;
  }

  private void turn() {
    long passed = nanos.getAsLong() - began;
    if (passed < MINUTE) {
      return;
    }
    int[] old = before;
    before = now;
    now = old;
    Arrays.fill(now, 0);
    began += MINUTE;
    if (passed >= 2 * MINUTE) {
      Arrays.fill(before, 0);
      began = nanos.getAsLong();
    }
  }

  private int cell(int row, long client) {
    long mixed = (client ^ seeds[row]) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    return row * WIDTH + (int) (mixed >>> 40 & WIDTH - 1);
  }
}
