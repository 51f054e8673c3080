package org.holdfast.gateway.simulation;

import java.util.List;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Who;

/** Who and what there is in every simulation. */
final class Users {

  static final List<String> PAIRS = List.of("p0", "p1", "p2");
  static final List<String> DOMAINS = List.of("one.example", "two.example");

  /** Those at the end are on the last pair. */
  static final List<String> ALL =
      List.of(
          "a@one.example",
          "b@one.example",
          "c@one.example",
          "d@one.example",
          "e@two.example",
          "f@two.example",
          "g@two.example",
          "h@two.example",
          "i@two.example");

  static final Who OPERATOR = new Who("operator", "because");

  private Users() {}

  static String home(String user) {
    return PAIRS.get(ALL.indexOf(user) % PAIRS.size());
  }

  static String domain(String user) {
    return user.substring(user.indexOf('@') + 1);
  }

  static String member(String pair, boolean standby) {
    return pair + (standby ? "-b" : "-a");
  }

  static List<Member> members(String pair) {
    return List.of(made(member(pair, false)), made(member(pair, true)));
  }

  private static Member made(String name) {
    return new Member(name, new HostPort(name, 24), null);
  }

  static String pairOf(String member) {
    return member.substring(0, member.indexOf('-'));
  }
}
