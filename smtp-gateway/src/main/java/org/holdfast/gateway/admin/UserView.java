package org.holdfast.gateway.admin;

import java.time.Instant;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * A user as the API shows it.
 *
 * @param member the active member of its pair; null when the pair is gone
 * @param to the pair it is being moved to, when somebody said so
 * @param held deliveries held for it; null in lists
 * @param heldExact false when {@code held} is a lower bound (catch-all entries with much mail)
 * @param priority whose held mail goes first to its pair: higher first, 0 is normal
 */
record UserView(
    String address,
    String pair,
    @Nullable String member,
    String state,
    @Nullable String to,
    String effective,
    String reason,
    Instant since,
    long epoch,
    @Nullable Long held,
    @Nullable Instant oldest,
    String by,
    String explain,
    boolean heldExact,
    int priority) {

  static UserView of(
      User user, @Nullable String member, Effective effective, HeldMail.@Nullable Count held) {
    var standing = user.standing();
    return new UserView(
        user.address(),
        user.pair(),
        member,
        user.state().word(),
        user.movingTo(),
        effective.word(),
        standing.reason(),
        standing.since(),
        standing.epoch(),
        held == null ? null : held.deliveries(),
        held == null ? null : held.oldest(),
        standing.by(),
        effective.explain(),
        held != null && held.exact(),
        user.priority());
  }
}
