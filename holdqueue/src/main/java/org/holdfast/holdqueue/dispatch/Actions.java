package org.holdfast.holdqueue.dispatch;

import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What the dispatcher wants done. Each is begun and not waited for; how it ended comes back as the
 * event named. None may call the dispatcher back from within.
 */
interface Actions {

  /** Read the head of a lane: {@link Dispatcher#loaded} or {@link Dispatcher#loadFailed}. */
  void load(String lane, int limit, long ticket);

  /** Read a page of lanes: {@link Dispatcher#walked} or {@link Dispatcher#walkFailed}. */
  void page(Walk walk, Lanes which, @Nullable String after, int limit);

  /** Try this delivery: {@link Dispatcher#ended} or {@link Dispatcher#gone}. */
  void attempt(Delivery delivery);

  /**
   * Write how an attempt ended: {@link Dispatcher#recorded}, and {@link Dispatcher#stalled} while
   * it cannot be written.
   *
   * @param delayNanos when it will be tried again, from now; negative: never
   * @param adopted it was begun elsewhere
   */
  void record(Delivery delivery, Outcome outcome, long delayNanos, boolean adopted);
}
