package org.holdfast.gateway.accept;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives queue ids: 16 characters of Crockford's base 32, unique for ever, sorted by time.
 *
 * <pre>
 *   |  11 characters: ms since 1970 and a count within it  |  5 characters: random for this process  |
 * </pre>
 *
 * The first part only grows within a process, also when the clock is set back; the second keeps two
 * processes apart. Thread-safe.
 */
public final class QueueId {

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int COUNT_BITS = 10;
  private static final int TIME_CHARACTERS = 11;
  private static final int PROCESS_CHARACTERS = 5;

  private final InstantSource clock;
  private final String process;
  private final AtomicLong last = new AtomicLong();

  public QueueId(InstantSource clock) {
    this.clock = clock;
    this.process = text(new SecureRandom().nextLong(), PROCESS_CHARACTERS);
  }

  /** A new id. */
  public String next() {
    long now = clock.millis() << COUNT_BITS;
    long value = last.updateAndGet(before -> Math.max(before + 1, now));
    return text(value, TIME_CHARACTERS) + process;
  }

  private static String text(long value, int characters) {
    char[] text = new char[characters];
    for (int i = characters - 1; i >= 0; i--) {
      text[i] = ALPHABET.charAt((int) (value >>> (5 * (characters - 1 - i))) & 31);
    }
    return new String(text);
  }
}
