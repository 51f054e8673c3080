package org.holdfast.gateway.flips;

import java.util.List;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.UserState;
import org.holdfast.routing.Who;
import org.jspecify.annotations.Nullable;

/** Makes what the tests put into the map. The only place that knows how such things are made. */
final class MapEntries {

  static final Who OPERATOR = new Who("operator", "because");

  private MapEntries() {}

  /** The two members of a pair: {@code NAME-a} and {@code NAME-b}. */
  static List<Member> members(String pair) {
    return List.of(member(pair, "a"), member(pair, "b"));
  }

  static String member(String pair, boolean standby) {
    return pair + (standby ? "-b" : "-a");
  }

  static String pairOf(String member) {
    return member.substring(0, member.lastIndexOf('-'));
  }

  static UserChange change(String user, @Nullable UserState state, @Nullable String pair) {
    return new UserChange(user, state, pair, null);
  }

  private static Member member(String pair, String which) {
    return new Member(pair + "-" + which, new HostPort(pair + "-" + which, 24), null);
  }
}
