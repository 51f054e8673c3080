package org.holdfast.gateway.conf;

import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a file, so that whoever mends it sees more than the first mistake. Used by one
 * thread.
 */
final class Complaints {

  /** So many are named; of all others only how many there are. */
  static final int NAMED = 20;

  /** Longest line that is kept of one of many, in characters. */
  private static final int LONGEST = 300;

  private final List<ConfigurationException> named = new ArrayList<>();
  private long more;

  void add(ConfigurationException complaint) {
    if (named.size() < NAMED) {
      named.add(complaint);
    } else {
      more++;
    }
  }

  /** Throws what came together, if anything did. */
  void end() throws ConfigurationException {
    if (named.isEmpty()) {
      return;
    }
    if (named.size() == 1) {
      throw named.getFirst();
    }
    List<String> lines = new ArrayList<>(named.stream().map(Complaints::line).toList());
    if (more > 0) {
      lines.add("and " + more + " more");
    }
    throw new ConfigurationException(lines);
  }

  private static String line(ConfigurationException complaint) {
    String line = complaint.getMessage();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " ...";
  }
}
