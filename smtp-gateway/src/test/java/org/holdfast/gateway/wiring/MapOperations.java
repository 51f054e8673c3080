package org.holdfast.gateway.wiring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.holdfast.routing.Alias;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.holdfast.routing.UserState;
import org.holdfast.routing.Who;

/** A random sequence of changes of a small map; the same seed makes the same. */
final class MapOperations {

  private static final Who OPS = new Who("ops", "trial");
  private static final Duration NOT = Duration.ZERO;
  private static final int USERS = 12;
  private static final List<UserState> STATES = List.of(UserState.values());
  private static final List<String> DOMAINS = List.of("example.com", "example.org");

  /** One change. */
  interface Operation {
    void on(Routing map) throws MapUnavailableException, RefusedChangeException;
  }

  private final Random random;

  private MapOperations(long seed) {
    this.random = new Random(seed);
  }

  static List<Operation> some(long seed, int count) {
    MapOperations made = new MapOperations(seed);
    List<Operation> operations = new ArrayList<>();
    for (int pair = 0; pair < 3; pair++) {
      operations.add(putPair("pair" + pair, 10_000));
    }
    while (operations.size() < count) {
      operations.add(made.one());
    }
    return operations;
  }

  private static Operation putPair(String name, int port) {
    Member member = new Member("m" + port, new HostPort("127.0.0.1", port), null);
    return map -> map.putPair(name, List.of(member), member.name(), OPS, NOT);
  }

  private Operation one() {
    String user = user();
    String pair = pair();
    String domain = DOMAINS.get(random.nextInt(DOMAINS.size()));
    boolean onHold = random.nextBoolean();
    String reason = "reason " + random.nextInt(1000);
    UserState state = STATES.get(random.nextInt(STATES.size()));
    return switch (random.nextInt(16)) {
      case 0, 1, 2 -> map -> map.putUser(user, pair, null, OPS, NOT);
      case 3, 4, 5 -> map -> map.setUserState(user, state, onHold ? pair : null, OPS, NOT);
      case 6, 7 -> flips(state, reason);
      case 8 -> map -> map.removeUser(user, OPS, NOT);
      case 9 -> map -> map.setHold(new Target.OfDomain(domain), onHold, OPS, NOT);
      case 10 -> map -> map.setHold(new Target.OfPair(pair), onHold, OPS, NOT);
      case 11 -> map -> map.setHold(new Target.Everything(), onHold, OPS, NOT);
      case 12 -> map -> map.putAlias(new Alias("a-" + user, user), OPS);
      case 13 -> map -> map.removeAlias("a-" + user, OPS);
      case 14 ->
          onHold
              ? map -> map.putDomain("d" + domain, OPS)
              : map -> map.removeDomain("d" + domain, OPS);
      default ->
          onHold
              ? putPair("pair" + random.nextInt(4), 10_000 + random.nextInt(9))
              : map -> map.removePair("pair3", OPS, NOT);
    };
  }

  private Operation flips(UserState state, String reason) {
    List<Routing.UserChange> changes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      changes.add(new Routing.UserChange(user(), state, null, reason));
    }
    return map -> map.setUserStates(changes, OPS, NOT);
  }

  private String user() {
    int number = random.nextInt(USERS);
    return "user" + number + "@" + DOMAINS.get(number % DOMAINS.size());
  }

  private String pair() {
    return "pair" + random.nextInt(3);
  }
}
