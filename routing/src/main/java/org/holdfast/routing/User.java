package org.holdfast.routing;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the location map.
 *
 * @param address canonical address, or {@code @domain} for a domain's catch-all
 * @param pair the pair the mailbox lives on
 * @param movingTo the pair it is being moved to, when somebody said so; only while the user is
 *     {@link UserState#MOVING} or {@link UserState#RECOVERING}
 */
public record User(
    String address, String pair, UserState state, @Nullable String movingTo, Standing standing) {

  /** A user of whom nobody said that it is being moved to another pair. */
  public User(String address, String pair, UserState state, Standing standing) {
    this(address, pair, state, null, standing);
  }
}
