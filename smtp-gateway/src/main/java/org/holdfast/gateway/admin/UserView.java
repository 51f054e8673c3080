package org.holdfast.gateway.admin;

import java.time.Instant;
import org.holdfast.routing.RestoreRequest;
import org.holdfast.routing.Restores;
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
 * @param restore its place among those who wait for their mailboxes; null: it has not asked, and in
 *     lists
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
    int priority,
    @Nullable Waits restore) {

  /**
   * A request to be restored.
   *
   * @param since of the first login attempt
   * @param position in the order of its pair, from 1
   * @param of how many requests there are
   */
  record Waits(Instant since, long position, long of) {

    static @Nullable Waits of(User user, Restores.@Nullable Place place) {
      RestoreRequest request = user.request();
      return request == null || place == null
          ? null
          : new Waits(request.since(), place.before() + 1, place.of());
    }
  }

  static UserView of(
      User user, @Nullable String member, Effective effective, HeldMail.@Nullable Count held) {
    return of(user, member, effective, held, null);
  }

  static UserView of(
      User user,
      @Nullable String member,
      Effective effective,
      HeldMail.@Nullable Count held,
      @Nullable Waits restore) {
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
        user.priority(),
        restore);
  }
}
