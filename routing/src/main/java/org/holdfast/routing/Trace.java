package org.holdfast.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an address is led to its mailbox and whether its mail may go, told step by step by the code
 * that decides it.
 *
 * @param steps in the order in which they were taken
 * @param location who it is
 * @param pair where it lives; null when it is nobody's
 * @param holds what keeps its mail back, the widest first; empty when nothing does, and for a
 *     closed user, who is refused whatever is on hold
 */
public record Trace(List<Step> steps, Location location, @Nullable Pair pair, List<String> holds) {

  public Trace {
    steps = List.copyOf(steps);
    holds = List.copyOf(holds);
  }

  /**
   * One step.
   *
   * @param what one word: spelling, user, alias, domain-alias, subaddress, catch-all, nobody
   * @param found in words
   */
  public record Step(String what, String found) {}
}
