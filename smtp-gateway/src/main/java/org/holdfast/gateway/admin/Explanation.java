package org.holdfast.gateway.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a mail to one address would go right now, and why.
 *
 * @param outcome one of {@code delivered}, {@code held}, {@code refused} (5xx), {@code deferred}
 *     (4xx: the sender keeps it)
 * @param reply what the sender would hear to RCPT or to the message, when it is refused or deferred
 * @param sentence the whole of it in one sentence
 * @param steps how it comes to that, in order
 */
record Explanation(String outcome, @Nullable String reply, String sentence, List<Step> steps) {

  Explanation {
    steps = List.copyOf(steps);
  }

  /**
   * One step.
   *
   * @param what a word: spelling, user, alias, domain-alias, subaddress, catch-all, postmaster,
   *     nobody, state, pair, hold, ahead, member, store, map
   * @param found in plain words
   */
  record Step(String what, String found) {}
}
