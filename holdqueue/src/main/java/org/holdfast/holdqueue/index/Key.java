package org.holdfast.holdqueue.index;

import org.holdfast.holdqueue.Intake;

/**
 * One number for a delivery that sorts like the order of acceptance: a place in the log in the
 * upper bits (of the message, or of the redirection that gave it this lane), the recipient's number
 * in the lower.
 */
public final class Key {

  /** Most recipients of one message; a power of two. */
  public static final int RECIPIENTS = Intake.MAX_RECIPIENTS;

  /** Bits of the recipient's number. */
  static final int BITS = Integer.numberOfTrailingZeros(RECIPIENTS);

  private Key() {}

  /** The key of recipient {@code number}, 0 to {@link #RECIPIENTS} - 1. */
  public static long of(long order, int number) {
    return order << BITS | number;
  }

  /** The place in the log. */
  public static long order(long key) {
    return key >>> BITS;
  }

  /** The recipient's number. */
  public static int number(long key) {
    return (int) (key & (RECIPIENTS - 1));
  }
}
