package org.holdfast.routing;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.holdfast.routing.RefusedChangeException.Kind;

/** What a pair must be. */
final class PairRules {

  /** Names go into file names, metrics and commands. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  static final int MAX_MEMBERS = 16;

  private PairRules() {}

  static void check(String name, List<Member> members, String active)
      throws RefusedChangeException {
    requireName("pair", name);
    if (members.isEmpty() || members.size() > MAX_MEMBERS) {
      throw refused("pair " + name + " must have 1 to " + MAX_MEMBERS + " members");
    }
    Set<String> names = new HashSet<>();
    Set<HostPort> doors = new HashSet<>();
    for (Member member : members) {
      requireName("member", member.name());
      if (!names.add(member.name()) || !doors.add(member.lmtp())) {
        throw refused("pair " + name + " has " + member.name() + " (" + member.lmtp() + ") twice");
      }
    }
    if (!names.contains(active)) {
      throw refused("pair " + name + " has no member " + active + " to be active");
    }
  }

  static Member member(List<Member> members, String name) {
    return members.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  private static void requireName(String what, String name) throws RefusedChangeException {
    if (!NAME.matcher(name).matches()) {
      throw refused("a " + what + "'s name is 1 to 64 of A-Z a-z 0-9 . _ -, not: " + shown(name));
    }
  }

  private static String shown(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private static RefusedChangeException refused(String why) {
    return new RefusedChangeException(Kind.INVALID, why);
  }
}
