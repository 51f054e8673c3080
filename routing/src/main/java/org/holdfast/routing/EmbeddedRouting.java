package org.holdfast.routing;

import java.io.IOException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Routing for one gateway: the map in an SQLite file that can be made anew from the log, the gate
 * in memory.
 *
 * <p>Reading order: {@link Resolution} (who is it?), {@link EffectiveState} (may mail go?), {@link
 * Gate} (and nobody slips through), {@link Flips}, {@link DurableMap} (log first, then the view).
 */
public final class EmbeddedRouting implements Routing {

  /** Most users or aliases in one page. */
  public static final int MAX_PAGE = 10_000;

  private final MapSettings settings;
  private final DurableMap map;
  private final Gate gate;
  private final Announcer announcer = new Announcer();
  private final Flips flips;
  private final Holds holds;
  private final Loading loading;
  private final ServedNames names;
  private final MapCopies copies;
  private final LoginAttempts restores;

  private EmbeddedRouting(
      MapSettings settings, ChangeLog changes, InstantSource clock, Executor threads)
      throws IOException {
    this.settings = settings;
    this.gate = new Gate(clock);
    this.map =
        new DurableMap(settings, changes, clock, this::afterRepair, announcer::tell, threads);
    this.restores = new LoginAttempts(map, this::locate, clock);
    this.flips = new Flips(map, gate, announcer, clock);
    this.holds = new Holds(map, gate, announcer, clock);
    this.names = new ServedNames(map, clock);
    this.loading = new Loading(map, holds, flips, gate, announcer, clock, settings.subaddress());
    this.copies = new MapCopies(map, clock);
  }

  /**
   * Opens the map: the view is brought up to the end of the log, or made anew from it. When that
   * takes more than seconds it goes on in the background: until it is done {@link #trouble} says
   * how far it is, and everything else is unavailable. The log stays the caller's, who closes it
   * after this.
   *
   * @throws IOException when the log cannot be read or the view cannot be made
   */
  public static EmbeddedRouting open(MapSettings settings, ChangeLog changes, InstantSource clock)
      throws IOException {
    ThreadFactory threads = Thread.ofPlatform().daemon().name("map-", 0).factory();
    return open(settings, changes, clock, task -> threads.newThread(task).start());
  }

  /**
   * The same.
   *
   * @param threads runs what takes long (the view from the log, the log's compaction): at most two
   *     tasks at a time; may run them in the caller's thread
   */
  public static EmbeddedRouting open(
      MapSettings settings, ChangeLog changes, InstantSource clock, Executor threads)
      throws IOException {
    return new EmbeddedRouting(settings, changes, clock, threads);
  }

  private void afterRepair() {
    announcer.add(new Target.Everything(), true, "");
  }

  // ---- the message path

  @Override
  public Location locate(String address) throws MapUnavailableException {
    Address recipient;
    try {
      recipient = Address.parse(address);
    } catch (IllegalArgumentException _) {
      return locateMalformed(address);
    }
    if (recipient.wholeDomain()) {
      return new Location.UnknownUser(address);
    }
    return map.read(now -> {
      try {
        return new Resolution(now, settings.subaddress()).of(recipient);
      } catch (Resolution.AliasLoopException e) {
        throw new SQLTransientException(e);
      }
    });
  }

  @Override
  public Optional<Location> locateAtOnce(String address) {
    Address recipient;
    try {
      recipient = Address.parse(address);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    return recipient.wholeDomain()
        ? Optional.empty()
        : map.glance(now -> {
          try {
            return new Resolution(now, settings.subaddress()).of(recipient);
          } catch (Resolution.AliasLoopException e) {
            throw new SQLTransientException(e);
          }
        });
  }

  /** No entry of the map can have such an address; its domain may be ours all the same. */
  private Location locateMalformed(String address) throws MapUnavailableException {
    try {
      String domain = Address.domain(address.substring(address.lastIndexOf('@') + 1));
      boolean served = map.read(now -> now.row("@" + domain).served());
      return served ? new Location.UnknownUser(address) : new Location.ForeignDomain(domain);
    } catch (IllegalArgumentException _) {
      return new Location.ForeignDomain(address.substring(address.lastIndexOf('@') + 1));
    }
  }

  @Override
  public Entry enter(String mailbox, String what) throws MapUnavailableException {
    return gate.enter(mailbox, what, this::state);
  }

  @Override
  public Optional<Entry> enterAtOnce(String mailbox, String what) {
    return gate.enterAtOnce(
        mailbox, what, asked -> map.glance(now -> EffectiveState.of(asked, now)));
  }

  @Override
  public Entry look(String mailbox) throws MapUnavailableException {
    return gate.look(mailbox, state(mailbox));
  }

  private EffectiveState state(String mailbox) throws MapUnavailableException {
    return map.read(now -> EffectiveState.of(mailbox, now));
  }

  // ---- questions before a change

  @Override
  public Trace trace(String address) throws MapUnavailableException {
    Address recipient;
    try {
      recipient = Address.parse(address);
    } catch (IllegalArgumentException _) {
      return Tracing.malformed(address, locateMalformed(address));
    }
    return recipient.wholeDomain()
        ? Tracing.malformed(address, new Location.UnknownUser(address))
        : map.read(now -> Tracing.of(address, recipient, now, settings.subaddress()));
  }

  @Override
  public List<UserPreview> previewUsers(List<UserChange> changes, boolean create, Who who)
      throws MapUnavailableException {
    return flips.preview(changes, create, who);
  }

  @Override
  public HoldPreview previewHold(Target target, boolean onHold, Who who)
      throws MapUnavailableException, RefusedChangeException {
    return holds.preview(target, onHold, who);
  }

  @Override
  public Entry lookAfter(String mailbox, @Nullable User user, @Nullable HoldPreview hold)
      throws MapUnavailableException {
    MapChange change = hold == null ? null : hold.change();
    return gate.look(
        mailbox, map.read(now -> EffectiveState.of(mailbox, new AsIfChanged(now, user, change))));
  }

  // ---- flips

  @Override
  public Flip setUserState(UserChange change, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return flips.flipOne(change, false, who, wait);
  }

  @Override
  public BegunFlips beginUserStates(List<UserChange> changes, Who who)
      throws MapUnavailableException {
    return flips.begin(changes, false, who);
  }

  @Override
  public Flip setHold(Target target, boolean onHold, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    Flip flip = holds.set(target, onHold, who, wait);
    if (!onHold) {
      restores.released();
    }
    return flip;
  }

  @Override
  public Restores restores() {
    return restores;
  }

  // ---- the map

  @Override
  public Optional<User> user(String address) throws MapUnavailableException {
    try {
      String canonical = Address.parse(address).toString();
      return Optional.ofNullable(map.read(now -> now.row(canonical)).user());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public Flip putUser(UserChange change, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return flips.flipOne(change, true, who, wait);
  }

  @Override
  public Flip removeUser(String address, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return flips.remove(canonical(address), who, wait);
  }

  @Override
  public List<User> users(
      @Nullable String pair, @Nullable UserState state, @Nullable String after, int limit)
      throws MapUnavailableException {
    return map.read(now -> now.view().users(pair, state, after, page(limit)));
  }

  private static int page(int limit) {
    return Math.clamp(limit, 1, MAX_PAGE);
  }

  @Override
  public List<Pair> pairs() throws MapUnavailableException {
    List<Pair> pairs = new ArrayList<>(map.read(LocationMap::wide).pairs().values());
    pairs.sort(Comparator.comparing(Pair::name));
    return pairs;
  }

  @Override
  public Optional<Pair> pair(String name) throws MapUnavailableException {
    return Optional.ofNullable(map.read(LocationMap::wide).pairs().get(name));
  }

  @Override
  public Flip putPair(String name, List<Member> members, String active, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return holds.putPair(name, List.copyOf(members), active, who, wait);
  }

  @Override
  public Flip forcePair(String name, List<Member> members, String active, Who who)
      throws MapUnavailableException, RefusedChangeException {
    return holds.forcePair(name, List.copyOf(members), active, who);
  }

  @Override
  public Flip removePair(String name, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return holds.removePair(name, who, wait);
  }

  @Override
  public List<Alias> aliases(@Nullable String after, int limit) throws MapUnavailableException {
    return map.read(now -> now.view().aliases(after, page(limit)));
  }

  @Override
  public Optional<String> alias(String from) throws MapUnavailableException {
    try {
      String canonical = Address.parse(from).toString();
      return Optional.ofNullable(map.read(now -> now.row(canonical)).alias());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public Loaded putAlias(Alias alias, Who who)
      throws MapUnavailableException, RefusedChangeException {
    return loading.putAlias(alias, who);
  }

  @Override
  public void removeAlias(String from, Who who)
      throws MapUnavailableException, RefusedChangeException {
    names.removeAlias(canonical(from), who);
  }

  @Override
  public List<String> domains(@Nullable String after, int limit) throws MapUnavailableException {
    return map.read(now -> now.view().domains(after, page(limit)));
  }

  @Override
  public List<InhabitedDomain> inhabitedDomains(@Nullable String after, int limit)
      throws MapUnavailableException {
    return map.read(now -> now.view().inhabitedDomains(after, page(limit)));
  }

  @Override
  public void putDomain(String domain, Who who)
      throws MapUnavailableException, RefusedChangeException {
    names.putDomain(canonicalDomain(domain));
  }

  @Override
  public void removeDomain(String domain, Who who)
      throws MapUnavailableException, RefusedChangeException {
    names.removeDomain(canonicalDomain(domain), who);
  }

  @Override
  public List<User> setAside(Instant from, Instant before, String after, int limit)
      throws MapUnavailableException {
    return map.read(now -> now.view().setAside(from, before, after, page(limit)));
  }

  @Override
  public List<SetAside> countSetAsideBefore(Instant time) throws MapUnavailableException {
    return map.read(now -> now.view().countSetAsideBefore(time));
  }

  @Override
  public Loaded load(MapContents contents, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return loading.load(contents, who, wait);
  }

  @Override
  public Loaded previewLoad(MapContents contents)
      throws MapUnavailableException, RefusedChangeException {
    return loading.preview(contents);
  }

  @Override
  public void copyTo(MapSink to) throws MapUnavailableException, IOException {
    copies.copyTo(to);
  }

  @Override
  public List<DomainHold> holds() {
    return List.copyOf(map.holds());
  }

  @Override
  public boolean isEmpty() throws MapUnavailableException {
    return map.read(now ->
        now.wide().pairs().isEmpty()
            && now.view().users() == 0
            && now.view().aliases(null, 1).isEmpty());
  }

  @Override
  public List<UserCount> userCounts() throws MapUnavailableException {
    return map.read(now -> now.view().userCounts());
  }

  @Override
  public List<Flip.OpenDelivery> open() {
    return gate.open();
  }

  @Override
  public void onChange(Consumer<Change> listener) {
    announcer.listen(listener);
  }

  @Override
  public Optional<String> trouble() {
    return map.trouble();
  }

  @Override
  public void close() {
    map.close();
  }

  private static String canonicalDomain(String domain) throws RefusedChangeException {
    try {
      return Address.domain(domain);
    } catch (IllegalArgumentException e) {
      throw new RefusedChangeException(Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }

  private static String canonical(String address) throws RefusedChangeException {
    try {
      return Address.parse(address).toString();
    } catch (IllegalArgumentException e) {
      throw new RefusedChangeException(Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }
}
