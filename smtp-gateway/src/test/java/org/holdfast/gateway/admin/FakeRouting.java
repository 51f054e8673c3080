package org.holdfast.gateway.admin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Flip;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.MapSink;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Permit;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Restores;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Standing;
import org.holdfast.routing.Target;
import org.holdfast.routing.Trace;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.holdfast.routing.Who;
import org.jspecify.annotations.Nullable;

/** A map in memory that keeps to the contract of {@link Routing} where the API can see it. */
final class FakeRouting implements Routing {

  final Map<String, User> users = new TreeMap<>();
  final Map<String, Pair> pairs = new TreeMap<>();
  final Map<String, Alias> aliases = new TreeMap<>();
  final Set<String> domains = new TreeSet<>();
  final Map<String, DomainHold> holds = new TreeMap<>();
  final List<Integer> batches = new ArrayList<>();
  final List<Flip.OpenDelivery> stillOpen = new ArrayList<>();

  final List<MapContents> loads = new ArrayList<>();

  /** While set, a copy of the map ends in the middle. */
  boolean breakOffCopies;

  /** While set, everything fails as if the map were gone. */
  boolean down;

  /** While set, nothing works as anybody would expect. */
  boolean broken;

  /** While set, a change away from active waits for it. */
  @Nullable CountDownLatch waitFor;

  /** A putPair to this active member is refused. */
  String refuseActive = "";

  private long epoch;

  FakeRouting() {
    addPair("imap5-6", "imap5", "imap6");
    addPair("imap7-8", "imap7", "imap8");
  }

  void addPair(String name, String first, String second) {
    Member one = new Member(first, new HostPort("127.0.0.1", 10024), null);
    Member two =
        new Member(second, new HostPort("127.0.0.1", 10025), new HostPort("127.0.0.1", 10143));
    pairs.put(name, new Pair(name, List.of(one, two), first, false, standing("", "")));
  }

  void addUser(String address, String pair, UserState state) {
    users.put(address, new User(address, pair, state, standing("set up", "test")));
  }

  void addMovingUser(String address, String pair, String to) {
    users.put(address, new User(address, pair, UserState.MOVING, to, standing("set up", "test")));
  }

  /** Stands so since this time. */
  void addUser(String address, String pair, UserState state, Instant since) {
    Standing standing = new Standing("set up", since, "test", ++epoch);
    users.put(address, new User(address, pair, state, standing));
  }

  private Standing standing(String reason, String by) {
    return new Standing(reason, Instant.parse("2026-11-21T10:00:00Z"), by, ++epoch);
  }

  private static String canonical(String address) {
    return address.toLowerCase(Locale.ROOT);
  }

  private void mustBeUp() throws MapUnavailableException {
    if (broken) {
      throw new IllegalStateException("org.holdfast.Secret");
    }
    if (down) {
      throw new MapUnavailableException("down", new IllegalStateException("org.h2.Secret"));
    }
  }

  @Override
  public Location locate(String address) throws MapUnavailableException {
    mustBeUp();
    String name = canonical(address);
    User user = users.get(name);
    String domain = name.substring(name.indexOf('@') + 1);
    if (user == null) {
      user = users.get("@" + domain);
    }
    if (user != null) {
      return new Location.Mailbox(user, name, name);
    }
    return domain.equals("example.com")
        ? new Location.UnknownUser(name)
        : new Location.ForeignDomain(domain);
  }

  @Override
  public Entry enter(String mailbox, String what) throws MapUnavailableException {
    return look(mailbox);
  }

  @Override
  public Entry look(String mailbox) throws MapUnavailableException {
    mustBeUp();
    User user = users.get(mailbox);
    if (user == null || user.state() == UserState.CLOSED) {
      return new Entry.Refuse(new Location.UnknownUser(mailbox));
    }
    Pair pair = pairs.get(user.pair());
    if (user.state() != UserState.ACTIVE) {
      return new Entry.Hold(user.pair(), mailbox + " is " + user.state().word());
    }
    if (pair == null || pair.onHold()) {
      return new Entry.Hold(user.pair(), "pair " + user.pair() + " is on hold");
    }
    if (holds.containsKey("*") || holds.containsKey(mailbox.substring(mailbox.indexOf('@') + 1))) {
      return new Entry.Hold(user.pair(), "a wider hold");
    }
    return new Entry.Go(new ClosedPermit(mailbox, pair, user.standing().epoch(), user.priority()));
  }

  private record ClosedPermit(String mailbox, Pair of, long epoch, int priority) implements Permit {
    @Override
    public String pair() {
      return of.name();
    }

    @Override
    public Member member() {
      return of.activeMember();
    }

    @Override
    public void close() {}
  }

  private Flip flip(boolean changed) {
    awaitLatch();
    return made(changed);
  }

  private Flip made(boolean changed) {
    return new Flip(epoch, changed, stillOpen.isEmpty(), stillOpen);
  }

  private void awaitLatch() {
    CountDownLatch latch = waitFor;
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public Flip setUserState(UserChange change, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    Flip flip = flipped(change, who);
    if (change.state() != UserState.ACTIVE) {
      awaitLatch();
    }
    return flip;
  }

  private Flip flipped(UserChange change, Who who)
      throws MapUnavailableException, RefusedChangeException {
    mustBeUp();
    User user = users.get(canonical(change.address()));
    if (user == null) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "there is no user " + change.address());
    }
    mayFlip(user, change, who);
    UserState state = change.state() == null ? user.state() : change.state();
    String pair = change.pair() == null ? user.pair() : change.pair();
    mustKnow(pair);
    if (change.epoch() != null && change.epoch() != user.standing().epoch()) {
      throw new RefusedChangeException(Kind.CONFLICT, "its epoch is another", user);
    }
    boolean changed = user.state() != state || !user.pair().equals(pair);
    int priority = change.priority() == null ? user.priority() : change.priority();
    if (!changed && priority != user.priority()) {
      users.put(
          user.address(),
          new User(user.address(), pair, state, user.movingTo(), priority, user.standing()));
      return new Flip(epoch, true, true, List.of());
    }
    if (changed) {
      Standing standing = standing(who.reason(), who.name());
      users.put(
          user.address(), new User(user.address(), pair, state, change.to(), priority, standing));
    }
    return state == UserState.ACTIVE ? new Flip(epoch, changed, true, List.of()) : made(changed);
  }

  private static void mayFlip(User user, UserChange change, Who who) throws RefusedChangeException {
    Set<String> its = who.pairs();
    boolean speaks =
        its == null || its.contains(user.pair()) || its.contains(String.valueOf(user.movingTo()));
    if (!speaks || (its != null && change.pair() != null && !its.contains(change.pair()))) {
      throw new RefusedChangeException(Kind.FORBIDDEN, who.name() + " does not speak for it");
    }
  }

  private void mustKnow(String pair) throws RefusedChangeException {
    if (!pairs.containsKey(pair)) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "there is no pair " + pair);
    }
  }

  /** Nobody ever asks here; tests of it have the real map. */
  @Override
  public Restores restores() {
    return new NobodyAsked();
  }

  private static final class NobodyAsked implements Restores {

    @Override
    public Attempt attempt(String address) {
      throw new UnsupportedOperationException("tests of it have the real map");
    }

    @Override
    public @Nullable Place place(User user) {
      return null;
    }

    @Override
    public Map<String, Long> waiting() {
      return Map.of();
    }

    @Override
    public List<User> asked(@Nullable String pair, long after, int limit) {
      return List.of();
    }

    @Override
    public List<User> notAsked(@Nullable String pair, @Nullable String after, int limit) {
      return List.of();
    }
  }

  @Override
  public BegunFlips beginUserStates(List<UserChange> changes, Who who)
      throws MapUnavailableException {
    mustBeUp();
    batches.add(changes.size());
    List<UserFlip> results = new ArrayList<>();
    for (UserChange change : changes) {
      results.add(one(change, who));
    }
    return new BegunFlips() {
      @Override
      public boolean switching() {
        return false;
      }

      @Override
      public List<UserFlip> await(Duration wait) {
        awaitLatch();
        return results;
      }
    };
  }

  private UserFlip one(UserChange change, Who who) throws MapUnavailableException {
    User before = users.get(canonical(change.address()));
    try {
      Flip flip = flipped(change, who);
      return new UserFlip(
          change.address(), before, users.get(canonical(change.address())), flip, null);
    } catch (RefusedChangeException e) {
      Refusal refused = new Refusal(e.kind(), String.valueOf(e.getMessage()));
      return new UserFlip(change.address(), before, e.current().orElse(null), null, refused);
    }
  }

  @Override
  public Trace trace(String address) {
    throw new UnsupportedOperationException("tests of it have the real map");
  }

  @Override
  public List<UserPreview> previewUsers(List<UserChange> changes, boolean create, Who who) {
    throw new UnsupportedOperationException("tests of it have the real map");
  }

  @Override
  public HoldPreview previewHold(Target target, boolean onHold, Who who) {
    throw new UnsupportedOperationException("tests of it have the real map");
  }

  @Override
  public Entry lookAfter(String mailbox, @Nullable User user, @Nullable HoldPreview hold) {
    throw new UnsupportedOperationException("tests of it have the real map");
  }

  @Override
  public Optional<String> alias(String from) {
    return Optional.ofNullable(aliases.get(from)).map(Alias::to);
  }

  @Override
  public Flip setHold(Target target, boolean onHold, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    mustBeUp();
    Standing standing = standing(who.reason(), who.name());
    switch (target) {
      case Target.OfPair of -> {
        mustKnow(of.pair());
        Pair pair = Objects.requireNonNull(pairs.get(of.pair()));
        pairs.put(of.pair(), new Pair(of.pair(), pair.members(), pair.active(), onHold, standing));
      }
      case Target.OfDomain of -> hold(of.domain(), onHold, standing);
      case Target.Everything _ -> hold("*", onHold, standing);
      case Target.OfUser _ -> throw new RefusedChangeException(Kind.INVALID, "not a user");
    }
    return onHold ? flip(true) : new Flip(epoch, true, true, List.of());
  }

  private void hold(String domain, boolean onHold, Standing standing) {
    if (onHold) {
      holds.put(domain, new DomainHold(domain, standing));
    } else {
      holds.remove(domain);
    }
  }

  @Override
  public Optional<User> user(String address) throws MapUnavailableException {
    mustBeUp();
    return Optional.ofNullable(users.get(canonical(address)));
  }

  @Override
  public Flip putUser(UserChange change, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    mustBeUp();
    String pair = Objects.requireNonNull(change.pair());
    mustKnow(pair);
    if (change.address().indexOf('@') < 0) {
      throw new RefusedChangeException(Kind.INVALID, "not an address: " + change.address());
    }
    String name = canonical(change.address());
    User old = users.get(name);
    UserState asked = change.state();
    UserState now = asked != null ? asked : old == null ? UserState.ACTIVE : old.state();
    int kept = old == null ? 0 : old.priority();
    int priority = change.priority() == null ? kept : change.priority();
    Standing standing = standing(who.reason(), who.name());
    users.put(name, new User(name, pair, now, null, priority, standing));
    return new Flip(epoch, true, true, List.of());
  }

  @Override
  public Flip removeUser(String address, Who who, Duration wait) throws RefusedChangeException {
    if (users.remove(canonical(address)) == null) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "there is no user " + address);
    }
    return new Flip(epoch, true, true, List.of());
  }

  @Override
  public Flip removePair(String name, Who who, Duration wait) throws RefusedChangeException {
    mustKnow(name);
    if (users.values().stream().anyMatch(user -> user.pair().equals(name))) {
      throw new RefusedChangeException(Kind.CONFLICT, "users live on " + name);
    }
    pairs.remove(name);
    return new Flip(epoch, true, true, List.of());
  }

  @Override
  public void removeAlias(String from, Who who) throws RefusedChangeException {
    if (aliases.remove(from) == null) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "there is no alias " + from);
    }
  }

  @Override
  public List<String> domains(@Nullable String after, int limit) {
    return domains.stream().filter(d -> after == null || d.compareTo(after) > 0).toList();
  }

  @Override
  public List<InhabitedDomain> inhabitedDomains(@Nullable String after, int limit) {
    Map<String, InhabitedDomain> found = new TreeMap<>();
    for (User user : users.values()) {
      String domain = user.address().substring(user.address().indexOf('@') + 1);
      User catchAll = users.get("@" + domain);
      String pair = catchAll == null ? null : catchAll.pair();
      found.put(domain, new InhabitedDomain(domain, pair));
    }
    return found.values().stream()
        .filter(d -> after == null || d.domain().compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public void putDomain(String domain, Who who) {
    domains.add(domain);
  }

  @Override
  public void removeDomain(String domain, Who who) throws RefusedChangeException {
    if (!domains.remove(domain)) {
      throw new RefusedChangeException(Kind.NOT_FOUND, "there is no domain " + domain);
    }
  }

  @Override
  public List<User> setAside(Instant from, Instant before, String after, int limit) {
    return users.values().stream()
        .filter(FakeRouting::isSetAside)
        .filter(user -> user.standing().since().isBefore(before))
        .filter(user -> !user.standing().since().isBefore(from))
        .filter(
            user -> user.standing().since().isAfter(from) || user.address().compareTo(after) > 0)
        .sorted(
            Comparator.comparing((User user) -> user.standing().since())
                .thenComparing(User::address))
        .limit(limit)
        .toList();
  }

  private static boolean isSetAside(User user) {
    return user.state() == UserState.MOVING || user.state() == UserState.RECOVERING;
  }

  @Override
  public List<SetAside> countSetAsideBefore(Instant time) {
    return setAside(Instant.EPOCH, time, "", Integer.MAX_VALUE).stream()
        .map(user -> new SetAside(user.pair(), user.state(), 1, user.standing().since()))
        .toList();
  }

  @Override
  public List<User> users(
      @Nullable String pair, @Nullable UserState state, @Nullable String after, int limit)
      throws MapUnavailableException {
    mustBeUp();
    return users.values().stream()
        .filter(user -> pair == null || user.pair().equals(pair))
        .filter(user -> state == null || user.state() == state)
        .filter(user -> after == null || user.address().compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public List<Pair> pairs() throws MapUnavailableException {
    mustBeUp();
    return List.copyOf(pairs.values());
  }

  @Override
  public Optional<Pair> pair(String name) throws MapUnavailableException {
    mustBeUp();
    return Optional.ofNullable(pairs.get(name));
  }

  @Override
  public Flip putPair(String name, List<Member> members, String active, Who who, Duration wait)
      throws RefusedChangeException {
    if (active.equals(refuseActive)) {
      throw new RefusedChangeException(Kind.CONFLICT, active + " is refused");
    }
    Pair old = pairs.get(name);
    boolean onHold = old != null && old.onHold();
    pairs.put(name, new Pair(name, members, active, onHold, standing(who.reason(), who.name())));
    return new Flip(epoch, true, true, List.of());
  }

  @Override
  public Flip forcePair(String name, List<Member> members, String active, Who who)
      throws RefusedChangeException {
    return putPair(name, members, active, who, Duration.ZERO);
  }

  @Override
  public List<Alias> aliases(@Nullable String after, int limit) {
    return aliases.values().stream()
        .filter(alias -> after == null || alias.from().compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public Loaded putAlias(Alias alias, Who who) throws RefusedChangeException {
    if (alias.from().equals(alias.to())) {
      throw new RefusedChangeException(Kind.INVALID, "an alias of itself");
    }
    aliases.put(alias.from(), alias);
    return loaded(new MapContents(List.of(), List.of(), List.of(alias)), List.of(), 0);
  }

  @Override
  public Loaded load(MapContents map, Who who, Duration wait) {
    loads.add(map);
    map.pairs().forEach(pair -> pairs.put(pair.name(), pair));
    map.users()
        .forEach(change ->
            addUser(
                change.address(),
                change.pair() == null ? "" : change.pair(),
                change.state() == null ? UserState.ACTIVE : change.state()));
    map.aliases().forEach(alias -> aliases.put(alias.from(), alias));
    return loaded(map, List.of(), stillOpen.isEmpty() ? 0 : 1);
  }

  @Override
  public Loaded previewLoad(MapContents map) {
    return loaded(map, List.of("+ user zoe@example.com: active on imap5-6"), 0);
  }

  private static Loaded loaded(MapContents map, List<String> changes, int notQuiesced) {
    Tally none = new Tally(0, 0, 0);
    return new Loaded(
        new Tally(map.pairs().size(), 0, 0),
        none,
        none,
        new Tally(map.users().size(), 0, 0),
        new Tally(map.aliases().size(), 0, 0),
        notQuiesced,
        notQuiesced == 0
            ? List.of()
            : List.of(new NotQuiesced("user zoe@example.com", false, "1 deliveries are open")),
        changes,
        0,
        List.of());
  }

  @Override
  public void copyTo(MapSink to) throws MapUnavailableException, IOException {
    mustBeUp();
    to.pairs(List.copyOf(pairs.values()));
    if (breakOffCopies) {
      for (int i = 0; i < 100; i++) {
        to.users(List.copyOf(users.values()));
      }
      throw new MapUnavailableException("down", null);
    }
    to.users(List.copyOf(users.values()));
    to.aliases(List.copyOf(aliases.values()));
  }

  @Override
  public List<DomainHold> holds() {
    return List.copyOf(holds.values());
  }

  @Override
  public boolean isEmpty() {
    return users.isEmpty() && pairs.isEmpty() && aliases.isEmpty();
  }

  @Override
  public List<UserCount> userCounts() {
    return List.of();
  }

  @Override
  public List<Flip.OpenDelivery> open() {
    return List.copyOf(stillOpen);
  }

  @Override
  public void onChange(Consumer<Change> listener) {}

  @Override
  public Optional<String> trouble() {
    return down ? Optional.of("down") : Optional.empty();
  }

  @Override
  public void close() {}
}
