package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.LoadTally.Kind;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.Loaded;
import org.holdfast.routing.Routing.NotQuiesced;
import org.jspecify.annotations.Nullable;

/**
 * A whole map at once. Everything is checked first; then it is written in chunks, so that other
 * changes get their turn. A load that a crash cuts off is simply done again.
 *
 * <p>What would take mail away from where it is going now is done as a flip: {@link LoadedUsers}
 * for users, {@link Holds} for pairs and domains.
 */
final class Loading {

  /** Users written in one transaction. */
  static final int CHUNK = 20_000;

  private final DurableMap map;
  private final Holds holds;
  private final Flips flips;
  private final Gate gate;
  private final Announcer announcer;
  private final InstantSource clock;
  private final String separator;

  Loading(
      DurableMap map,
      Holds holds,
      Flips flips,
      Gate gate,
      Announcer announcer,
      InstantSource clock,
      String separator) {
    this.map = map;
    this.holds = holds;
    this.flips = flips;
    this.gate = gate;
    this.announcer = announcer;
    this.clock = clock;
    this.separator = separator;
  }

  Loaded load(MapContents given, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    LoadInput input = LoadInput.of(given);
    LoadTally tally = new LoadTally();
    checked(input, tally);
    Instant end = clock.instant().plus(wait);
    for (Pair pair : input.pairs()) {
      put(pair, who, end, tally);
    }
    putDomains(input, tally);
    for (DomainHold hold : input.holds()) {
      put(hold, who, end, tally);
    }
    new LoadedUsers(map, flips, gate, announcer, clock, who, tally).load(input.users(), wait);
    tell(map.change(now -> putAliases(now, input.aliases(), tally)));
    return tally.loaded();
  }

  /** What a load would do; changes nothing. */
  Loaded preview(MapContents given) throws MapUnavailableException, RefusedChangeException {
    LoadInput input = LoadInput.of(given);
    LoadTally tally = new LoadTally();
    checked(input, tally);
    LoadPreview preview = new LoadPreview(tally);
    boolean _ = map.change(now -> preview.of(now, input));
    return tally.loaded();
  }

  /** As a load of one alias, but a user of its name contradicts it. */
  Loaded putAlias(Alias alias, Who who) throws MapUnavailableException, RefusedChangeException {
    LoadInput input = LoadInput.of(new MapContents(List.of(), List.of(), List.of(alias)));
    String from = input.aliases().getFirst().from();
    if (!from.startsWith("@") && map.read(now -> now.row(from)).user() != null) {
      throw new RefusedChangeException(
          RefusedChangeException.Kind.CONFLICT,
          from + " is a user; an alias of that name would never be used");
    }
    return load(new MapContents(List.of(), List.of(), input.aliases()), who, Duration.ZERO);
  }

  private void checked(LoadInput input, LoadTally tally)
      throws MapUnavailableException, RefusedChangeException {
    boolean _ = map.change(now -> LoadCheck.check(now, input, separator, tally));
  }

  private void tell(boolean changed) {
    if (changed) {
      announcer.tell();
    }
  }

  // ---- pairs

  private void put(Pair pair, Who who, Instant end, LoadTally tally)
      throws MapUnavailableException, RefusedChangeException {
    Pair before = map.read(LocationMap::wide).pairs().get(pair.name());
    if (before == null) {
      tell(map.change(now -> create(now, pair, who)));
      tally.created(Kind.PAIR, 1);
      return;
    }
    boolean moved = false;
    if (!LoadPreview.sameMembers(before, pair)) {
      moved = moved(pair, who, end, tally);
    }
    boolean held = pair.onHold() && !before.onHold();
    if (held) {
      Target target = new Target.OfPair(pair.name());
      hold(target, "pair " + pair.name(), pair.standing(), who, end, tally);
    }
    tally.changed(Kind.PAIR, moved || held ? 1 : 0);
    tally.unchanged(Kind.PAIR, moved || held ? 0 : 1);
  }

  private boolean create(LocationMap now, Pair pair, Who who)
      throws SQLException, MapUnavailableException {
    if (now.wide().pairs().containsKey(pair.name())) {
      return false;
    }
    Standing standing = standing(now, pair.standing().reason(), who);
    Pair created = new Pair(pair.name(), pair.members(), pair.active(), pair.onHold(), standing);
    map.commit(now, List.of(new MapChange.PutPair(created)));
    announcer.add(new Target.OfPair(pair.name()), !pair.onHold(), pair.name());
    return true;
  }

  /** False, and told, when it did not drain or is in somebody else's switch. */
  private boolean moved(Pair pair, Who who, Instant end, LoadTally tally)
      throws MapUnavailableException {
    String name = "pair " + pair.name();
    try {
      Flip flip = holds.putPair(pair.name(), pair.members(), pair.active(), who, left(end));
      if (!flip.quiesced()) {
        tally.notQuiesced(NotQuiesced.of(name, false, flip.open()));
      }
      return flip.changed();
    } catch (RefusedChangeException e) {
      tally.notQuiesced(new NotQuiesced(name, false, String.valueOf(e.getMessage())));
      return false;
    }
  }

  private Duration left(Instant end) {
    Duration left = Duration.between(clock.instant(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  // ---- domains and holds

  private void putDomains(LoadInput input, LoadTally tally)
      throws MapUnavailableException, RefusedChangeException {
    if (!input.domains().isEmpty()) {
      boolean _ = map.change(now -> putDomains(now, input, tally));
    }
  }

  private boolean putDomains(LocationMap now, LoadInput input, LoadTally tally)
      throws SQLException, MapUnavailableException {
    List<String> added = new ArrayList<>();
    for (String domain : input.domains()) {
      if (!now.view().isDeclared(domain)) {
        added.add(domain);
      }
    }
    List<MapChange> batches = new ArrayList<>();
    for (int from = 0; from < added.size(); from += MapChange.BATCH) {
      int to = Math.min(added.size(), from + MapChange.BATCH);
      batches.add(
          new MapChange.PutDomains(List.copyOf(added.subList(from, to)), now.view().epoch() + 1));
    }
    map.commit(now, batches);
    tally.created(Kind.DOMAIN, added.size());
    tally.unchanged(Kind.DOMAIN, input.domains().size() - added.size());
    return true;
  }

  /**
   * A domain in which nobody lives is put on hold too: its users may come in the next part. As
   * nobody lives there, nothing is open.
   */
  private void put(DomainHold hold, Who who, Instant end, LoadTally tally)
      throws MapUnavailableException, RefusedChangeException {
    if (map.read(LocationMap::wide).holds().containsKey(hold.domain())) {
      tally.unchanged(Kind.HOLD, 1);
      return;
    }
    boolean all = hold.domain().equals(WideState.EVERYTHING);
    Target target = all ? new Target.Everything() : new Target.OfDomain(hold.domain());
    if (all || map.read(now -> now.view().inhabited(hold.domain()))) {
      String name = all ? "everything" : "domain " + hold.domain();
      hold(target, name, hold.standing(), who, end, tally);
    } else {
      tell(map.change(now -> holdEmpty(now, target, hold, who)));
    }
    tally.created(Kind.HOLD, 1);
  }

  private boolean holdEmpty(LocationMap now, Target target, DomainHold hold, Who who)
      throws SQLException, MapUnavailableException {
    Standing standing = standing(now, hold.standing().reason(), who);
    map.commit(now, List.of(new MapChange.PutHold(hold.domain(), true, standing)));
    announcer.add(target, false, "");
    return true;
  }

  private void hold(
      Target target, String name, Standing given, Who who, Instant end, LoadTally tally)
      throws MapUnavailableException, RefusedChangeException {
    Who why = given.reason().isEmpty() ? who : new Who(who.name(), given.reason(), who.pairs());
    Flip flip = holds.set(target, true, why, left(end));
    if (!flip.quiesced()) {
      tally.notQuiesced(NotQuiesced.of(name, true, flip.open()));
    }
  }

  private Standing standing(LocationMap now, @Nullable String reason, Who who) {
    String why = reason == null || reason.isEmpty() ? who.reason() : reason;
    return new Standing(why, Flips.now(clock), who.name(), now.view().epoch() + 1);
  }

  // ---- aliases

  private boolean putAliases(LocationMap now, List<Alias> aliases, LoadTally tally)
      throws SQLException, MapUnavailableException, RefusedChangeException {
    if (aliases.isEmpty()) {
      return false;
    }
    List<Alias> writes = new ArrayList<>();
    for (Alias alias : aliases) {
      String before = now.view().alias(alias.from());
      if (alias.to().equals(before)) {
        tally.unchanged(Kind.ALIAS, 1);
      } else {
        writes.add(alias);
        tally.added(Kind.ALIAS, before == null);
      }
    }
    List<MapChange> batches = new ArrayList<>();
    for (int from = 0; from < writes.size(); from += MapChange.BATCH) {
      int to = Math.min(writes.size(), from + MapChange.BATCH);
      batches.add(
          new MapChange.PutAliases(List.copyOf(writes.subList(from, to)), now.view().epoch() + 1));
    }
    map.commit(now, batches);
    return true;
  }
}
