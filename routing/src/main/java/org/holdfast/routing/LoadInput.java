package org.holdfast.routing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;

/**
 * What is to be loaded, in canonical form, and right as far as that can be told without looking at
 * the map.
 *
 * @param addresses those of the users
 */
record LoadInput(
    List<Pair> pairs,
    Set<String> domains,
    List<DomainHold> holds,
    List<UserChange> users,
    Set<String> addresses,
    List<Alias> aliases) {

  static LoadInput of(MapContents given) throws RefusedChangeException {
    Set<String> addresses = HashSet.newHashSet(given.users().size());
    return new LoadInput(
        pairs(given.pairs()),
        domains(given.domains()),
        holds(given.holds()),
        users(given.users(), addresses),
        addresses,
        aliases(given.aliases()));
  }

  private static List<Pair> pairs(List<Pair> pairs) throws RefusedChangeException {
    Set<String> names = new HashSet<>();
    for (Pair pair : pairs) {
      PairRules.check(pair.name(), pair.members(), pair.active());
      requireNew(names.add(pair.name()), "pair " + pair.name());
    }
    return pairs;
  }

  private static Set<String> domains(List<String> domains) throws RefusedChangeException {
    Set<String> canonical = new TreeSet<>();
    for (String domain : domains) {
      canonical.add(domain(domain));
    }
    return canonical;
  }

  private static List<DomainHold> holds(List<DomainHold> holds) throws RefusedChangeException {
    Set<String> names = new HashSet<>();
    List<DomainHold> canonical = new ArrayList<>();
    for (DomainHold hold : holds) {
      boolean all = hold.domain().equals(WideState.EVERYTHING);
      String name = all ? hold.domain() : domain(hold.domain());
      requireNew(names.add(name), "the hold of " + name);
      canonical.add(new DomainHold(name, hold.standing()));
    }
    return canonical;
  }

  private static List<UserChange> users(List<UserChange> users, Set<String> addresses)
      throws RefusedChangeException {
    List<UserChange> canonical = new ArrayList<>(users.size());
    for (UserChange user : users) {
      String address = address(user.address());
      requireNew(addresses.add(address), "user " + address);
      requireTarget(user, address);
      requirePriority(user, address);
      canonical.add(
          address.equals(user.address())
              ? user
              : new UserChange(
                  address,
                  user.state(),
                  user.pair(),
                  user.to(),
                  user.reason(),
                  user.epoch(),
                  user.priority()));
    }
    return canonical;
  }

  private static void requirePriority(UserChange user, String address)
      throws RefusedChangeException {
    Integer priority = user.priority();
    if (priority != null && !User.isPriority(priority)) {
      throw invalid("user " + address + ": " + User.notAPriority(priority));
    }
  }

  private static void requireTarget(UserChange user, String address) throws RefusedChangeException {
    boolean aside = user.state() == UserState.MOVING || user.state() == UserState.RECOVERING;
    if (user.to() != null && !aside) {
      throw invalid("user " + address + ": to is said with moving or recovering only");
    }
  }

  private static List<Alias> aliases(List<Alias> aliases) throws RefusedChangeException {
    Set<String> names = new HashSet<>();
    List<Alias> canonical = new ArrayList<>(aliases.size());
    for (Alias alias : aliases) {
      String from = address(alias.from());
      String to = address(alias.to());
      if (from.startsWith("@") != to.startsWith("@")) {
        throw invalid(
            "an alias leads from address to address or from @domain to @domain, not from "
                + from
                + " to "
                + to);
      }
      if (from.equals(to)) {
        throw invalid("the alias " + from + " leads to itself");
      }
      requireNew(names.add(from), "alias " + from);
      canonical.add(new Alias(from, to));
    }
    return canonical;
  }

  private static void requireNew(boolean isNew, String what) throws RefusedChangeException {
    if (!isNew) {
      throw invalid(what + " stands here twice");
    }
  }

  private static String address(String address) throws RefusedChangeException {
    try {
      return Address.ofEntry(address).toString();
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static String domain(String domain) throws RefusedChangeException {
    try {
      return Address.domain(domain);
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static RefusedChangeException invalid(String why) {
    return new RefusedChangeException(Kind.INVALID, why);
  }
}
