package org.holdfast.routing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody tried to log in to a mailbox that was away: its place in the order in which mailboxes
 * are restored. Made by the first attempt, kept with the user in the map.
 *
 * @param number its place: lower goes first. An epoch of the map, so it never repeats, and a
 *     restart or a log that is written anew changes no order
 * @param since when the first attempt was
 */
public record RestoreRequest(long number, Instant since) {

  /**
   * What becomes of a user's request when the user is to stand so: it is kept as long as the user
   * cannot log in. Being restored ends it, being closed too.
   */
  static @Nullable RestoreRequest kept(
      @Nullable User old, UserState state, String pair, WideState wide) {
    RestoreRequest request = old == null ? null : old.request();
    if (old == null || request == null || state.isAside()) {
      return request;
    }
    boolean stillWaits =
        state == UserState.ACTIVE
            && old.state() == UserState.ACTIVE
            && EffectiveState.heldFromAbove(old.address(), pair, wide);
    return stillWaits ? request : null;
  }
}
