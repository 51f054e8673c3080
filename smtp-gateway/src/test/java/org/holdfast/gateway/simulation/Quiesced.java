package org.holdfast.gateway.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a flip said when it was quiesced.
 *
 * @param users whom it was about
 * @param pair it speaks of the deliveries to this pair only; null: to wherever
 * @param away false: the users became active, or were so; deliveries to where they live are fine
 */
record Quiesced(String what, List<String> users, @Nullable String pair, boolean away) {

  /** Whether it promises that nothing goes there. */
  boolean speaksOf(String member) {
    return pair == null || pair.equals(Users.pairOf(member));
  }

  @Override
  public String toString() {
    return what;
  }
}
