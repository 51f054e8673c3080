package org.holdfast.routing;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the location map.
 *
 * @param address canonical address, or {@code @domain} for a domain's catch-all
 * @param pair the pair the mailbox lives on
 * @param movingTo the pair it is being moved to, when somebody said so; only while the user is
 *     {@link UserState#MOVING} or {@link UserState#RECOVERING}
 * @param priority whose held mail goes first to a pair that many wait for: higher first, {@link
 *     #LOWEST_PRIORITY} to {@link #HIGHEST_PRIORITY}, 0 unless somebody said so
 * @param request somebody tried to log in while the mailbox was away, and waits for it
 */
public record User(
    String address,
    String pair,
    UserState state,
    @Nullable String movingTo,
    int priority,
    @Nullable RestoreRequest request,
    Standing standing) {

  /** The bounds of a priority. */
  public static final int LOWEST_PRIORITY = -1000;

  public static final int HIGHEST_PRIORITY = 1000;

  /** A user for whom nobody waits. */
  public User(
      String address,
      String pair,
      UserState state,
      @Nullable String movingTo,
      int priority,
      Standing standing) {
    this(address, pair, state, movingTo, priority, null, standing);
  }

  /** A user of the normal priority. */
  public User(
      String address, String pair, UserState state, @Nullable String movingTo, Standing standing) {
    this(address, pair, state, movingTo, 0, standing);
  }

  /** A user of whom nobody said that it is being moved to another pair. */
  public User(String address, String pair, UserState state, Standing standing) {
    this(address, pair, state, null, 0, standing);
  }

  /** The same user with another priority, which is no flip: it stands as it stood, since then. */
  User withPriority(int other) {
    return other == priority
        ? this
        : new User(address, pair, state, movingTo, other, request, standing);
  }

  /** The same user with a request, or without one, which is no flip either. */
  User withRequest(@Nullable RestoreRequest other) {
    return new User(address, pair, state, movingTo, priority, other, standing);
  }

  static boolean isPriority(int number) {
    return number >= LOWEST_PRIORITY && number <= HIGHEST_PRIORITY;
  }

  static String notAPriority(long number) {
    return "a priority is " + LOWEST_PRIORITY + " to " + HIGHEST_PRIORITY + ", not " + number;
  }
}
