package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.Refusal;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserFlip;
import org.jspecify.annotations.Nullable;

/**
 * Flips of users, one or a hundred thousand: one durable write for all, one wait for all.
 *
 * <p>A new state, or a new pair for a user that is not active, is written at once; then what is
 * open is waited for. A new pair for an <em>active</em> user is a switch: shut in memory, wait, and
 * only when nothing is open any more write the new pair and open. A switch that does not get that
 * far has changed nothing, and says what was open.
 */
final class Flips {

  private final DurableMap map;
  private final Gate gate;
  private final Announcer announcer;
  private final InstantSource clock;

  Flips(DurableMap map, Gate gate, Announcer announcer, InstantSource clock) {
    this.map = map;
    this.gate = gate;
    this.announcer = announcer;
    this.clock = clock;
  }

  /** What is to be done about one line. */
  private sealed interface Plan {

    /** {@code current}: how the user stands; null when there is none. */
    record Refused(Kind kind, String why, @Nullable User current) implements Plan {}

    /** Stands that way already. */
    record Same(User user) implements Plan {}

    /** {@code from}: null when there was none. */
    record Write(@Nullable User from, User user) implements Plan {}

    /** Another priority and nothing else: written, not waited for. */
    record Rank(User from, User user) implements Plan {}

    /** {@code to} is what it becomes when nothing is open any more. */
    record Switch(User from, User to) implements Plan {}
  }

  /**
   * Changes users in the order given; a line that is refused does not stop the others.
   *
   * @param create makes users who are not there
   */
  Routing.BegunFlips begin(List<UserChange> changes, boolean create, Who who)
      throws MapUnavailableException {
    Set<String> shut = new HashSet<>();
    return new Begun(changes, who, planned(changes, create, who, shut), shut);
  }

  /** Changes one user; {@code create}: makes it when it is not there. */
  Flip flipOne(UserChange change, boolean create, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    UserFlip result = begin(List.of(change), create, who).await(wait).getFirst();
    Refusal refused = result.refused();
    if (refused != null) {
      throw new RefusedChangeException(refused.kind(), refused.why(), result.user());
    }
    return Objects.requireNonNull(result.flip());
  }

  /**
   * What the changes would come to, each as if those before it were made; changes nothing. A user
   * who would be switched to another pair is told as it would be afterwards.
   */
  List<Routing.UserPreview> preview(List<UserChange> changes, boolean create, Who who)
      throws MapUnavailableException {
    List<Plan> plans;
    try {
      plans =
          map.change(now -> {
            Planner planner = new Planner(now, changes, create, who);
            return changes.stream().map(planner::plan).toList();
          });
    } catch (RefusedChangeException e) {
      throw new IllegalStateException(e);
    }
    List<Routing.UserPreview> previews = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      previews.add(preview(changes.get(i).address(), plans.get(i)));
    }
    return previews;
  }

  private Routing.UserPreview preview(String address, Plan plan) {
    return switch (plan) {
      case Plan.Refused r ->
          new Routing.UserPreview(
              address, r.current(), r.current(), new Refusal(r.kind(), r.why()), List.of());
      case Plan.Same s -> preview(s.user(), s.user());
      case Plan.Rank r -> preview(r.from(), r.user());
      case Plan.Write w -> preview(w.from(), w.user());
      case Plan.Switch s -> preview(s.from(), s.to());
    };
  }

  private Routing.UserPreview preview(@Nullable User before, User after) {
    List<Flip.OpenDelivery> open = gate.drain(Concern.ofUsers(Set.of(after.address()))).giveUp();
    return new Routing.UserPreview(after.address(), before, after, null, open);
  }

  /** Removes a user: nothing new is opened; what is open is waited for. */
  Flip remove(String address, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    long epoch = removed(address, who);
    Gate.Drain drain = gate.drain(Concern.ofUsers(Set.of(address)));
    Waiting.forAll(drain, wait);
    List<Flip.OpenDelivery> open = drain.giveUp();
    return new Flip(epoch, true, open.isEmpty(), open);
  }

  private long removed(String address, Who who)
      throws MapUnavailableException, RefusedChangeException {
    try {
      return map.change(now -> {
        User user = now.row(address).user();
        if (user == null) {
          throw new RefusedChangeException(Kind.NOT_FOUND, "no user " + address);
        }
        long epoch = now.view().epoch() + 1;
        Standing standing = new Standing(who.reason(), now(clock), who.name(), epoch);
        map.commit(now, List.of(new MapChange.RemoveUser(address, standing)));
        announcer.add(new Target.OfUser(address), false, user.pair());
        return epoch;
      });
    } finally {
      announcer.tell();
    }
  }

  // ---- first: decide and write what needs no waiting

  private List<Plan> planned(List<UserChange> changes, boolean create, Who who, Set<String> shut)
      throws MapUnavailableException {
    try {
      return map.change(now -> planAndWrite(now, changes, create, who, shut));
    } catch (RefusedChangeException e) {
      throw new IllegalStateException(e);
    } finally {
      announcer.tell();
    }
  }

  private List<Plan> planAndWrite(
      LocationMap now, List<UserChange> changes, boolean create, Who who, Set<String> shut)
      throws SQLException, MapUnavailableException {
    Planner planner = new Planner(now, changes, create, who);
    List<Plan> plans = changes.stream().map(planner::plan).toList();
    List<User> writes = new ArrayList<>();
    Map<String, String> switches = new HashMap<>();
    for (Plan plan : plans) {
      switch (plan) {
        case Plan.Write w -> writes.add(w.user());
        case Plan.Rank r -> writes.add(r.user());
        case Plan.Switch s -> switches.put(s.from().address(), s.from().pair());
        case Plan.Same _, Plan.Refused _ -> {}
      }
    }
    map.commit(now, batches(writes));
    writes.forEach(this::announce);
    if (!switches.isEmpty()) {
      now.wide(wide -> wide.withUsersInSwitch(set -> set.addAll(switches.keySet())));
      switches.forEach((user, pair) -> announcer.add(new Target.OfUser(user), false, pair));
      shut.addAll(switches.keySet());
    }
    return plans;
  }

  /** Users in records of a bounded size. */
  static List<MapChange> batches(List<User> users) {
    List<MapChange> batches = new ArrayList<>();
    for (int from = 0; from < users.size(); from += MapChange.BATCH) {
      int to = Math.min(users.size(), from + MapChange.BATCH);
      batches.add(new MapChange.PutUsers(List.copyOf(users.subList(from, to))));
    }
    return batches;
  }

  private void announce(User user) {
    boolean open = user.state() == UserState.ACTIVE;
    announcer.add(new Target.OfUser(user.address()), open, user.pair());
  }

  // ---- then: wait

  /** What is written and shut, and still to be waited for. */
  private final class Begun implements Routing.BegunFlips {

    private final List<UserChange> changes;
    private final Who who;
    private final List<Plan> plans;
    private final boolean switching;

    /** Users whose open deliveries are waited for. */
    private final Set<String> shut;

    /** Nobody waits for a user that was opened; what is open to its old pair is told. */
    private final Map<String, String> opened = new HashMap<>();

    private final Gate.Drain drain;

    Begun(List<UserChange> changes, Who who, List<Plan> plans, Set<String> switches) {
      this.changes = changes;
      this.who = who;
      this.plans = plans;
      this.switching = !switches.isEmpty();
      this.shut = switches;
      plans.forEach(this::sort);
      this.drain = gate.drain(Concern.ofUsers(shut));
    }

    private void sort(Plan plan) {
      User user =
          plan instanceof Plan.Write w ? w.user() : plan instanceof Plan.Same s ? s.user() : null;
      if (user != null && user.state() == UserState.ACTIVE) {
        opened.put(user.address(), user.pair());
      } else if (user != null) {
        shut.add(user.address());
        opened.remove(user.address());
      }
    }

    @Override
    public boolean switching() {
      return switching;
    }

    @Override
    public List<UserFlip> await(Duration wait) throws MapUnavailableException {
      Waiting.forAll(drain, wait);
      Map<String, List<Flip.OpenDelivery>> open =
          new HashMap<>(drain.giveUp(Concern.addressee(shut)));
      open.putAll(gate.open(Concern.leftBehind(opened)));
      List<Plan> done = finished(plans, open, who);
      List<UserFlip> results = new ArrayList<>(changes.size());
      for (int i = 0; i < done.size(); i++) {
        results.add(result(changes.get(i).address(), done.get(i), open));
      }
      return results;
    }
  }

  // ---- last: finish the switches

  private List<Plan> finished(List<Plan> plans, Map<String, List<Flip.OpenDelivery>> open, Who who)
      throws MapUnavailableException {
    if (plans.stream().noneMatch(Plan.Switch.class::isInstance)) {
      return plans;
    }
    try {
      return map.change(now -> finish(now, plans, open, who));
    } catch (RefusedChangeException e) {
      throw new IllegalStateException(e);
    } finally {
      announcer.tell();
    }
  }

  private List<Plan> finish(
      LocationMap now, List<Plan> plans, Map<String, List<Flip.OpenDelivery>> open, Who who)
      throws SQLException, MapUnavailableException {
    Set<String> ours = new HashSet<>();
    List<Plan> done = new ArrayList<>(plans.size());
    List<User> writes = new ArrayList<>();
    long epoch = now.view().epoch();
    for (Plan plan : plans) {
      Plan end = plan;
      if (plan instanceof Plan.Switch s) {
        ours.add(s.from().address());
        if (!open.containsKey(s.from().address())) {
          end = end(now, s, who, ++epoch);
        }
        if (end instanceof Plan.Write w) {
          writes.add(w.user());
        }
      }
      done.add(end);
    }
    try {
      map.commit(now, batches(writes));
    } finally {
      now.wide(wide -> wide.withUsersInSwitch(set -> set.removeAll(ours)));
      reopen(now, ours);
    }
    return done;
  }

  /** The newest change wins: a user that was changed while this switch waited is left alone. */
  private Plan end(LocationMap now, Plan.Switch s, Who who, long epoch) throws SQLException {
    User current = now.row(s.from().address()).user();
    if (current == null
        || !s.from().equals(asIn(s.from(), current))
        || !now.wide().usersInSwitch().contains(s.from().address())) {
      return new Plan.Refused(
          Kind.CONFLICT,
          s.from().address() + " was changed by somebody else while it was switched",
          current);
    }
    Standing standing = new Standing(who.reason(), now(clock), who.name(), epoch);
    User to = s.to();
    int priority = to.priority() == s.from().priority() ? current.priority() : to.priority();
    RestoreRequest request = RestoreRequest.kept(current, to.state(), to.pair(), now.wide());
    return new Plan.Write(
        current,
        new User(to.address(), to.pair(), to.state(), to.movingTo(), priority, request, standing));
  }

  /** What is no flip may have changed meanwhile: the priority, the request. */
  private static User asIn(User from, User current) {
    return current.withPriority(from.priority()).withRequest(from.request());
  }

  /** Switched or not, the user may be deliverable again: mail was held meanwhile. */
  private void reopen(LocationMap now, Set<String> addresses) throws SQLException {
    for (String address : addresses) {
      User user = now.row(address).user();
      if (user != null) {
        announce(user);
      }
    }
  }

  private static UserFlip result(
      String address, Plan done, Map<String, List<Flip.OpenDelivery>> open) {
    return switch (done) {
      case Plan.Refused r ->
          new UserFlip(address, r.current(), r.current(), null, new Refusal(r.kind(), r.why()));
      case Plan.Same s -> result(s.user(), s.user(), false, open);
      case Plan.Rank r -> result(r.from(), r.user(), true, Map.of());
      case Plan.Write w -> result(w.from(), w.user(), true, open);
      case Plan.Switch s -> result(s.from(), s.from(), false, open);
    };
  }

  private static UserFlip result(
      @Nullable User before,
      User user,
      boolean changed,
      Map<String, List<Flip.OpenDelivery>> open) {
    List<Flip.OpenDelivery> left = open.getOrDefault(user.address(), List.of());
    Flip flip = new Flip(user.standing().epoch(), changed, left.isEmpty(), left);
    return new UserFlip(user.address(), before, user, flip, null);
  }

  static Instant now(InstantSource clock) {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Decides line by line; a later line of the same user sees what an earlier one will do. */
  private final class Planner {

    private final LocationMap now;
    private final boolean create;
    private final Who who;
    private final Instant since = now(clock);
    private final Map<String, User> users;
    private long epoch;

    Planner(LocationMap now, List<UserChange> changes, boolean create, Who who)
        throws SQLException {
      this.now = now;
      this.create = create;
      this.who = who;
      this.epoch = now.view().epoch();
      this.users = now.view().usersNow(canonical(changes));
    }

    private static Set<String> canonical(List<UserChange> changes) {
      Set<String> addresses = new HashSet<>();
      for (UserChange change : changes) {
        try {
          addresses.add(Address.parse(change.address()).toString());
        } catch (IllegalArgumentException _) {
          // Its line says so.
        }
      }
      return addresses;
    }

    Plan plan(UserChange change) {
      try {
        String given = change.address();
        Address address = create ? Address.ofEntry(given) : Address.parse(given);
        return plan(change, address.toString());
      } catch (IllegalArgumentException e) {
        return new Plan.Refused(Kind.INVALID, String.valueOf(e.getMessage()), null);
      }
    }

    private Plan plan(UserChange change, String address) throws IllegalArgumentException {
      User old = users.get(address);
      if (old == null && !create) {
        return new Plan.Refused(Kind.NOT_FOUND, "no user " + address, null);
      }
      UserState state = state(change, old);
      String pair = pair(change, old, state);
      if (pair == null) {
        return new Plan.Refused(Kind.INVALID, "the new user " + address + " needs a pair", null);
      }
      String to = target(change, old, state, pair);
      Plan refused = refused(change, old, address, state, pair);
      if (refused != null) {
        return refused;
      }
      if (old != null
          && old.state() == state
          && old.pair().equals(pair)
          && Objects.equals(old.movingTo(), to)) {
        return ranked(change, old);
      }
      int priority = priority(change, old);
      RestoreRequest request = RestoreRequest.kept(old, state, pair, now.wide());
      return stale(change, old)
          .orElseGet(() ->
              planned(old, new User(address, pair, state, to, priority, request, fresh(change))));
    }

    private static int priority(UserChange change, @Nullable User old) {
      Integer asked = change.priority();
      return asked != null ? asked : old == null ? 0 : old.priority();
    }

    /** It stands as asked; its priority may be another, which is no flip and keeps the epoch. */
    private Plan ranked(UserChange change, User old) {
      User after = old.withPriority(priority(change, old));
      if (after.equals(old)) {
        return new Plan.Same(old);
      }
      return stale(change, old)
          .orElseGet(() -> {
            users.put(after.address(), after);
            boolean saysMore = change.state() != null || change.pair() != null;
            return saysMore ? new Plan.Write(old, after) : new Plan.Rank(old, after);
          });
    }

    private static UserState state(UserChange change, @Nullable User old) {
      UserState asked = change.state();
      return asked != null ? asked : old != null ? old.state() : UserState.ACTIVE;
    }

    /** Active again while being moved: the move is done, unless the caller says another pair. */
    private @Nullable String pair(UserChange change, @Nullable User old, UserState state) {
      if (change.pair() != null || old == null) {
        return change.pair();
      }
      boolean arrived = state == UserState.ACTIVE && old.movingTo() != null;
      return arrived && who.speaksFor(old.movingTo()) ? old.movingTo() : old.pair();
    }

    private static @Nullable String target(
        UserChange change, @Nullable User old, UserState state, String pair) {
      boolean aside = state == UserState.MOVING || state == UserState.RECOVERING;
      String kept = old == null ? null : old.movingTo();
      String to = !aside ? null : change.to() != null ? change.to() : kept;
      return pair.equals(to) ? null : to;
    }

    /** What can be said against it whatever stands there; null: nothing. */
    private @Nullable Plan refused(
        UserChange change, @Nullable User old, String address, UserState state, String pair) {
      Integer priority = change.priority();
      if (priority != null && !User.isPriority(priority)) {
        return new Plan.Refused(Kind.INVALID, User.notAPriority(priority), old);
      }
      boolean aside = state == UserState.MOVING || state == UserState.RECOVERING;
      if (change.to() != null && !aside) {
        String why = "to is said with moving or recovering only, not with " + state.word();
        return new Plan.Refused(Kind.INVALID, why, old);
      }
      for (String named : new String[] {pair, change.to()}) {
        if (named != null && !now.wide().pairs().containsKey(named)) {
          return new Plan.Refused(Kind.NOT_FOUND, "no pair " + named, old);
        }
      }
      boolean its = old != null && (who.speaksFor(old.pair()) || who.speaksFor(old.movingTo()));
      boolean places = state == UserState.ACTIVE || old == null || !pair.equals(old.pair());
      if (who.pairs() != null && (!its || (places && !who.speaksFor(pair)))) {
        String what = its ? "the pair " + pair : address;
        return new Plan.Refused(Kind.FORBIDDEN, who.name() + " does not speak for " + what, null);
      }
      return null;
    }

    private static Optional<Plan> stale(UserChange change, @Nullable User old) {
      Long expected = change.epoch();
      if (expected == null || old == null || old.standing().epoch() == expected) {
        return Optional.empty();
      }
      String why =
          old.address()
              + " was changed since: its epoch is "
              + old.standing().epoch()
              + ", not "
              + expected;
      return Optional.of(new Plan.Refused(Kind.CONFLICT, why, old));
    }

    private Standing fresh(UserChange change) {
      String why = change.reason() == null ? who.reason() : change.reason();
      return new Standing(why, since, who.name(), ++epoch);
    }

    private Plan planned(@Nullable User old, User after) {
      if (old != null && old.state() == UserState.ACTIVE && after.state() == UserState.ACTIVE) {
        return now.wide().usersInSwitch().contains(old.address())
            ? new Plan.Refused(Kind.CONFLICT, old.address() + " is being switched already", old)
            : new Plan.Switch(old, after);
      }
      users.put(after.address(), after);
      return new Plan.Write(old, after);
    }
  }
}
