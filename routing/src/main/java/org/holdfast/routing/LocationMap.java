package org.holdfast.routing;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The view with a cache in front: what the map says about an address, in memory when it was asked
 * before, known or not. One is opened, used, and retired when its view fails; the next one begins
 * with an empty cache, so nothing stale survives a repair.
 *
 * <p>Reading is thread-safe; {@link #apply} and {@link #wide(UnaryOperator)} are for the owner of
 * the writing lock.
 *
 * <p>A reader reads the wide state first, then the row (see {@link EffectiveState}); that no stale
 * row survives a change is {@link RowCache}'s.
 */
final class LocationMap implements MapRows, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LocationMap.class);

  /** Changes applied in one transaction while catching up: bounds memory. */
  private static final int CATCH_UP_BATCH = 20_000;

  private final MapView view;
  private final RowCache rows;
  private volatile WideState wide;
  private final MapRows inMemory = new InMemory();

  /**
   * What the map has under one address.
   *
   * @param served for {@code @domain} only: there is something in this domain
   */
  record Row(@Nullable User user, @Nullable String alias, boolean served) {

    static final Row NOTHING = new Row(null, null, false);
  }

  /** Carries an SQLException out of a cache computation. */
  private static final class LoadFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final SQLException cause;

    LoadFailed(SQLException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private LocationMap(MapView view, int cacheEntries) {
    this.view = view;
    this.rows = new RowCache(cacheEntries);
    this.wide = view.wide();
  }

  /**
   * Opens the view and brings it up to the end of the log. A view that is missing, damaged, of
   * another version or ahead of its log is made anew.
   *
   * @param most octets of the log that may be read for it
   * @return null when more would have to be read
   */
  static @Nullable LocationMap open(
      MapSettings settings, ChangeLog changes, long most, Progress progress)
      throws SQLException, IOException {
    if (MapView.exists(settings.view())) {
      try {
        return caughtUp(settings, changes, most, progress);
      } catch (SQLException | IllegalStateException e) {
        log.warn("the map's view cannot be used and is made anew from the log: {}", e.toString());
      }
    }
    if (changes.octetsAfter(0) > most) {
      return null;
    }
    Rebuild.run(settings.view(), changes, progress);
    return caughtUp(settings, changes, most, progress);
  }

  private static @Nullable LocationMap caughtUp(
      MapSettings settings, ChangeLog changes, long most, Progress progress)
      throws SQLException, IOException {
    MapView view = MapView.open(settings.view());
    try {
      if (view.position() > changes.last()) {
        throw new IllegalStateException(
            "the view is ahead of its log: " + view.position() + " > " + changes.last());
      }
      if (changes.octetsAfter(view.position()) > most) {
        view.close();
        return null;
      }
      catchUp(view, changes, progress);
      return new LocationMap(view, settings.cacheEntries());
    } catch (SQLException | IOException | RuntimeException e) {
      try (view) {
        throw e;
      }
    }
  }

  private static void catchUp(MapView view, ChangeLog changes, Progress progress)
      throws SQLException, IOException {
    List<MapChange> batch = new ArrayList<>();
    long[] state = {0, view.position()};
    Progress.Of of = new Progress.Of(progress, changes.last());
    try {
      changes.replay(
          view.position(),
          (position, body) -> {
            MapChange change = ChangeRecord.decode(body);
            if (change instanceof MapChange.Reset) {
              throw new IllegalStateException("the log was rewritten since");
            }
            batch.add(change);
            state[0] += change.size();
            state[1] = position;
            if (state[0] >= CATCH_UP_BATCH) {
              applyUnchecked(view, batch, position);
              state[0] = 0;
            }
            of.read(position, change.size());
          });
      if (!batch.isEmpty()) {
        applyUnchecked(view, batch, state[1]);
      }
    } catch (LoadFailed e) {
      throw e.cause;
    }
  }

  private static void applyUnchecked(MapView view, List<MapChange> batch, long position) {
    try {
      view.apply(batch, position);
      batch.clear();
    } catch (SQLException e) {
      throw new LoadFailed(e);
    }
  }

  // ---- reading

  @Override
  public Row row(String address) throws SQLException {
    try {
      return rows.get(address, this::load);
    } catch (LoadFailed e) {
      throw e.cause;
    }
  }

  private Row load(String address) {
    try {
      User user = view.user(address);
      boolean wholeDomain = address.startsWith("@");
      String alias = user != null && !wholeDomain ? null : view.alias(address);
      if (user == null && alias == null && !wholeDomain) {
        return Row.NOTHING;
      }
      return new Row(user, alias, wholeDomain && view.served(address.substring(1)));
    } catch (SQLException e) {
      throw new LoadFailed(e);
    }
  }

  @Override
  public WideState wide() {
    return wide;
  }

  /** The same map as far as it is in memory: never waits for the disk. */
  MapRows inMemory() {
    return inMemory;
  }

  /** Throws where the view would have to be read. */
  private final class InMemory implements MapRows {

    @Override
    public Row row(String address) throws NotInMemoryException {
      Row known = rows.known(address);
      if (known == null) {
        throw new NotInMemoryException();
      }
      return known;
    }

    @Override
    public WideState wide() {
      return wide;
    }
  }

  /** Says where to look, not what went wrong; it has no stack, so it costs little. */
  static final class NotInMemoryException extends SQLTransientException {

    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  MapView view() {
    return view;
  }

  // ---- writing

  /**
   * Makes the changes, which are in the log up to this position, visible to everybody. Pairs first,
   * so that nobody reads a user whose pair is not there yet. After an exception this map must be
   * retired.
   */
  void apply(List<MapChange> batch, long position) throws SQLException {
    WideState after = wide;
    for (MapChange change : batch) {
      after = after.with(change);
    }
    wide = after;
    view.apply(batch, position);
    Set<String> domains = new HashSet<>();
    for (MapChange change : batch) {
      refresh(change, domains);
    }
    domains.forEach(rows::forget);
  }

  /** Changes what is in memory only: which users and pairs are being switched. */
  void wide(UnaryOperator<WideState> edit) {
    wide = edit.apply(wide);
  }

  /** Brings what is cached up to date; what is not cached stays so. */
  private void refresh(MapChange change, Set<String> domains) {
    switch (change) {
      case MapChange.PutUsers p -> p.users().forEach(user -> refreshUser(user, domains));
      case MapChange.RemoveUser r -> forget(r.address(), domains);
      case MapChange.PutAliases a -> a.aliases().forEach(alias -> forget(alias.from(), domains));
      case MapChange.RemoveAlias r -> forget(r.from(), domains);
      case MapChange.PutDomains d -> d.domains().forEach(name -> domains.add("@" + name));
      case MapChange.RemoveDomain r -> domains.add("@" + r.domain());
      case MapChange.PutPair _, MapChange.RemovePair _, MapChange.PutHold _ -> {}
      case MapChange.Reset _ -> throw new IllegalStateException("a reset while in use");
    }
  }

  private void refreshUser(User user, Set<String> domains) {
    if (user.address().startsWith("@")) {
      forget(user.address(), domains);
      return;
    }
    rows.replace(user.address(), new Row(user, null, false));
    domains.add(domainEntry(user.address()));
  }

  private void forget(String address, Set<String> domains) {
    rows.forget(address);
    domains.add(domainEntry(address));
  }

  private static String domainEntry(String address) {
    return address.substring(address.lastIndexOf('@'));
  }

  @Override
  public void close() throws SQLException {
    view.close();
  }
}
