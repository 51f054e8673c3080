package org.holdfast.gateway.demo;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What became of one user's mail.
 *
 * @param accepted messages the gateway answered with 250
 * @param arrived messages in the mailbox where the user lives now
 * @param lost accepted, and not there
 * @param duplicates there more than once
 * @param outOfOrder there behind one that was accepted later
 * @param strangers there, and never accepted
 */
record Tally(int accepted, int arrived, int lost, int duplicates, int outOfOrder, int strangers) {

  /**
   * Compares the numbers accepted, in the order of acceptance (which rises), with the mailbox.
   *
   * @param found what the mailbox holds, in its order
   */
  static Tally of(List<Integer> accepted, List<Integer> found) {
    Set<Integer> seen = new HashSet<>();
    int duplicates = 0;
    int outOfOrder = 0;
    int last = 0;
    for (int number : found) {
      if (!seen.add(number)) {
        duplicates++;
      } else if (number < last) {
        outOfOrder++;
      }
      last = Math.max(last, number);
    }
    Set<Integer> expected = new HashSet<>(accepted);
    int lost = (int) expected.stream().filter(number -> !seen.contains(number)).count();
    int strangers = (int) seen.stream().filter(number -> !expected.contains(number)).count();
    return new Tally(accepted.size(), found.size(), lost, duplicates, outOfOrder, strangers);
  }

  static Tally sum(List<Tally> tallies) {
    return tallies.stream().reduce(new Tally(0, 0, 0, 0, 0, 0), Tally::plus);
  }

  boolean perfect() {
    return lost + duplicates + outOfOrder + strangers == 0 && accepted == arrived;
  }

  private Tally plus(Tally other) {
    return new Tally(
        accepted + other.accepted,
        arrived + other.arrived,
        lost + other.lost,
        duplicates + other.duplicates,
        outOfOrder + other.outOfOrder,
        strangers + other.strangers);
  }
}
