package org.holdfast.gateway.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedCollection;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.SetAside;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * Users who are moving or recovering, in a few lines: how many there are, and the oldest of them by
 * pair, state and reason.
 *
 * @param count all of them
 * @param looked how many, the oldest, are in the groups
 * @param more groups beyond those that are listed
 */
record UsersAside(long count, int looked, List<Group> groups, int more) {

  /** The oldest users that are put into groups. */
  static final int LOOKED = 1000;

  /** Groups that are listed. */
  static final int GROUPS = 20;

  /**
   * Users alike.
   *
   * @param to where they are being moved to, if somebody said so
   * @param users of those looked at
   * @param first who stands so longest
   */
  record Group(
      String pair,
      String state,
      @Nullable String to,
      String reason,
      int users,
      Instant since,
      String first,
      String by) {

    static Group of(User first, int users) {
      return new Group(
          first.pair(),
          first.state().word(),
          first.movingTo(),
          first.standing().reason(),
          users,
          first.standing().since(),
          first.address(),
          first.standing().by());
    }
  }

  /** What a group has in common. */
  private record Alike(String pair, String state, @Nullable String to, String reason) {

    static Alike of(User user) {
      return new Alike(user.pair(), user.state().word(), user.movingTo(), user.standing().reason());
    }
  }

  /** Of this moment; its cost is that of users who are set aside, not of all. */
  static UsersAside now(Routing routing, Instant now) throws MapUnavailableException {
    Instant end = now.plusMillis(1);
    long count = routing.countSetAsideBefore(end).stream().mapToLong(SetAside::users).sum();
    Map<Alike, List<User>> alike = new LinkedHashMap<>();
    SequencedCollection<User> oldest = routing.setAside(Instant.EPOCH, end, "", LOOKED);
    for (User user : oldest) {
      alike.computeIfAbsent(Alike.of(user), _ -> new ArrayList<>()).add(user);
    }
    List<Group> groups =
        alike.values().stream()
            .limit(GROUPS)
            .map(users -> Group.of(users.getFirst(), users.size()))
            .toList();
    return new UsersAside(
        Math.max(count, oldest.size()), oldest.size(), groups, alike.size() - groups.size());
  }
}
