package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.Loaded;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairs, users and aliases at once. Everything is checked first; then it is written in chunks, so
 * that other changes get their turn. A load that a crash cuts off is simply done again.
 */
final class Loading {

  private static final Logger logger = LoggerFactory.getLogger(Loading.class);

  /** Users written in one transaction. */
  static final int CHUNK = 20_000;

  /** How long a load waits for what is open to users and pairs that it moved. */
  static final Duration DRAIN = Duration.ofSeconds(30);

  private final DurableMap map;
  private final Gate gate;
  private final Announcer announcer;
  private final InstantSource clock;
  private final String separator;

  Loading(DurableMap map, Gate gate, Announcer announcer, InstantSource clock, String separator) {
    this.map = map;
    this.gate = gate;
    this.announcer = announcer;
    this.clock = clock;
    this.separator = separator;
  }

  Loaded load(List<Pair> pairs, List<UserChange> users, List<Alias> aliases, Who who)
      throws MapUnavailableException, RefusedChangeException {
    List<Alias> canonical = canonical(aliases);
    List<String> addresses = addresses(users);
    map.change(now -> check(now, pairs, users, addresses, canonical));
    int[] done = {map.change(now -> putPairs(now, pairs, who)), 0, 0};
    Set<String> shut = new HashSet<>();
    for (int from = 0; from < users.size(); from += CHUNK) {
      int to = Math.min(users.size(), from + CHUNK);
      Map<String, UserChange> chunk = byAddress(addresses.subList(from, to), users, from);
      done[1] += map.change(now -> putUsers(now, chunk, who, shut));
      announcer.tell();
    }
    done[2] = map.change(now -> putAliases(now, canonical));
    announcer.tell();
    drain(shut);
    int given = pairs.size() + users.size() + aliases.size();
    return new Loaded(done[0], done[1], done[2], given - done[0] - done[1] - done[2]);
  }

  // ---- checks

  private boolean check(
      LocationMap now,
      List<Pair> pairs,
      List<UserChange> users,
      List<String> addresses,
      List<Alias> aliases)
      throws SQLException, RefusedChangeException {
    Set<String> known = new HashSet<>(now.wide().pairs().keySet());
    for (Pair pair : pairs) {
      PairRules.check(pair.name(), pair.members(), pair.active());
      known.add(pair.name());
    }
    Set<String> withoutPair = new HashSet<>();
    for (int i = 0; i < users.size(); i++) {
      String pair = users.get(i).pair();
      if (pair == null) {
        withoutPair.add(addresses.get(i));
      } else if (!known.contains(pair)) {
        throw new RefusedChangeException(
            Kind.NOT_FOUND,
            "user " + addresses.get(i) + " lives on pair " + pair + ", which is not there");
      }
    }
    requireThere(now, withoutPair);
    checkLoops(now, aliases);
    return true;
  }

  private static void requireThere(LocationMap now, Set<String> users)
      throws SQLException, RefusedChangeException {
    if (users.isEmpty()) {
      return;
    }
    users.removeAll(now.view().usersNow(users).keySet());
    if (!users.isEmpty()) {
      String first = users.iterator().next();
      throw new RefusedChangeException(Kind.INVALID, "the new user " + first + " needs a pair");
    }
  }

  private static List<String> addresses(List<UserChange> users) throws RefusedChangeException {
    List<String> addresses = new ArrayList<>(users.size());
    for (UserChange user : users) {
      addresses.add(canonical(user.address()));
    }
    return addresses;
  }

  private static String canonical(String address) throws RefusedChangeException {
    try {
      return Address.parse(address).toString();
    } catch (IllegalArgumentException e) {
      throw new RefusedChangeException(Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }

  private static List<Alias> canonical(List<Alias> aliases) throws RefusedChangeException {
    List<Alias> canonical = new ArrayList<>(aliases.size());
    for (Alias alias : aliases) {
      String from = canonical(alias.from());
      String to = canonical(alias.to());
      if (from.startsWith("@") != to.startsWith("@")) {
        throw new RefusedChangeException(
            Kind.INVALID,
            "an alias leads from address to address or from @domain to @domain: " + from);
      }
      canonical.add(new Alias(from, to));
    }
    return canonical;
  }

  /** A whole domain is tried with a name that nobody has. */
  private void checkLoops(LocationMap now, List<Alias> aliases)
      throws SQLException, RefusedChangeException {
    Map<String, String> overlay = new HashMap<>();
    aliases.forEach(alias -> overlay.put(alias.from(), alias.to()));
    Resolution with = new Resolution(now, separator, overlay);
    for (Alias alias : aliases) {
      try {
        String from = alias.from();
        with.of(Address.parse(from.startsWith("@") ? "\" \"" + from : from));
      } catch (Resolution.AliasLoopException e) {
        throw new RefusedChangeException(Kind.INVALID, String.valueOf(e.getMessage()));
      }
    }
  }

  // ---- writing

  private int putPairs(LocationMap now, List<Pair> pairs, Who who)
      throws SQLException, MapUnavailableException {
    List<MapChange> changes = new ArrayList<>();
    long epoch = now.view().epoch();
    for (Pair pair : pairs) {
      Pair before = now.wide().pairs().get(pair.name());
      if (before == null || !same(before, pair)) {
        Standing standing = new Standing(who.reason(), Flips.now(clock), who.name(), ++epoch);
        changes.add(
            new MapChange.PutPair(
                new Pair(pair.name(), pair.members(), pair.active(), pair.onHold(), standing)));
        announcer.add(new Target.OfPair(pair.name()), !pair.onHold(), pair.name());
      }
    }
    map.commit(now, changes);
    return changes.size();
  }

  private static boolean same(Pair before, Pair after) {
    return before.members().equals(after.members())
        && before.active().equals(after.active())
        && before.onHold() == after.onHold();
  }

  /** A later line of the same user replaces an earlier one. */
  private static Map<String, UserChange> byAddress(
      List<String> addresses, List<UserChange> users, int from) {
    Map<String, UserChange> lines = LinkedHashMap.newLinkedHashMap(addresses.size());
    for (int i = 0; i < addresses.size(); i++) {
      lines.put(addresses.get(i), users.get(from + i));
    }
    return lines;
  }

  private int putUsers(LocationMap now, Map<String, UserChange> lines, Who who, Set<String> shut)
      throws SQLException, MapUnavailableException {
    Map<String, User> before = now.view().usersNow(lines.keySet());
    List<User> writes = new ArrayList<>();
    Instant since = Flips.now(clock);
    for (Map.Entry<String, UserChange> line : lines.entrySet()) {
      User old = before.get(line.getKey());
      long epoch = now.view().epoch() + writes.size() + 1;
      User user = merged(line.getKey(), line.getValue(), old, who, since, epoch);
      if (old == null || old.state() != user.state() || !old.pair().equals(user.pair())) {
        writes.add(user);
        if (old != null) {
          shut.add(user.address());
        }
      }
    }
    map.commit(now, Flips.batches(writes));
    writes.forEach(this::announce);
    return writes.size();
  }

  private static User merged(
      String address, UserChange line, @Nullable User old, Who who, Instant since, long epoch) {
    String pair = line.pair() != null ? line.pair() : old == null ? "" : old.pair();
    UserState asked = line.state();
    UserState state = asked != null ? asked : old == null ? UserState.ACTIVE : old.state();
    String reason = line.reason();
    Standing standing =
        new Standing(reason == null ? who.reason() : reason, since, who.name(), epoch);
    return new User(address, pair, state, standing);
  }

  private void announce(User user) {
    boolean open = user.state() == UserState.ACTIVE;
    announcer.add(new Target.OfUser(user.address()), open, user.pair());
  }

  private int putAliases(LocationMap now, List<Alias> aliases)
      throws SQLException, MapUnavailableException {
    List<Alias> writes = new ArrayList<>();
    for (Alias alias : aliases) {
      if (!alias.to().equals(now.view().alias(alias.from()))) {
        writes.add(alias);
      }
    }
    List<MapChange> batches = new ArrayList<>();
    for (int from = 0; from < writes.size(); from += MapChange.BATCH) {
      int to = Math.min(writes.size(), from + MapChange.BATCH);
      batches.add(
          new MapChange.PutAliases(List.copyOf(writes.subList(from, to)), now.view().epoch() + 1));
    }
    map.commit(now, batches);
    return writes.size();
  }

  /** A load is not a flip: it moves first and waits after. */
  private void drain(Set<String> users) {
    if (users.isEmpty()) {
      return;
    }
    Gate.Drain drain = gate.drain(Concern.ofUsers(users));
    Waiting.forAll(drain, DRAIN);
    List<Flip.OpenDelivery> left = drain.giveUp();
    if (!left.isEmpty()) {
      logger.warn("after a load of the map deliveries to old locations are open: {}", left);
    }
  }
}
