package org.holdfast.routing;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where does this user live, and may mail go there now? The location map and the gate behind one
 * door. Thread-safe.
 *
 * <p>Every change is on stable storage before its call returns. Addresses are taken in any spelling
 * and answered in canonical form (local part in lower case, domain as lower-case A-labels).
 */
public interface Routing extends Gatekeeper, AutoCloseable {

  /** How long a load waits for what is open, unless somebody says otherwise. */
  Duration LOAD_WAIT = Duration.ofSeconds(30);

  /**
   * A picture of the map is given up after this time: as long as it is taken, the database cannot
   * give back the disk space of what is changed meanwhile.
   */
  Duration COPY_LIMIT = Duration.ofMinutes(10);

  /** Pictures taken at a time. */
  int MOST_COPIES = 2;

  // ---- flips

  /**
   * Sets a user's state and, with a pair, its location in the same change. Flipping to ACTIVE opens
   * at once; any other change first shuts the gate and then waits until the permits given before it
   * are closed, at most {@code wait}. Setting what is set already changes nothing, but still waits.
   */
  Flip setUserState(UserChange change, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /** As above, without a target or an epoch. */
  default Flip setUserState(
      String address, UserState state, @Nullable String pair, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return setUserState(new UserChange(address, state, pair, null), who, wait);
  }

  /**
   * Many users at once, one durable write for all, one wait for all. Results in order; a bad line
   * does not stop the others.
   */
  default List<UserFlip> setUserStates(List<UserChange> changes, Who who, Duration wait)
      throws MapUnavailableException {
    return beginUserStates(changes, who).await(wait);
  }

  /**
   * The first half of {@link #setUserStates}: everything is durable and shut when this returns; the
   * results come when what is open has been waited for. So a list of any length is shut before
   * anybody waits for one delivery. Whoever begins must call {@link BegunFlips#await}, once:
   * otherwise users who are being switched stay shut.
   */
  BegunFlips beginUserStates(List<UserChange> changes, Who who) throws MapUnavailableException;

  /** Flips that are made and not waited for yet. For one thread. */
  interface BegunFlips {

    /** Whether users are being switched: a change of them that is to come after must wait. */
    boolean switching();

    /** Waits until nothing is open, at most so long, and ends the switches. Results in order. */
    List<UserFlip> await(Duration wait) throws MapUnavailableException;
  }

  /** Puts a pair, a domain or everything on hold, or takes it off hold. */
  Flip setHold(Target target, boolean onHold, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /** Who waits for a mailbox that is away, and whose turn it is. */
  Restores restores();

  // ---- questions before a change

  /** How this address is led to its mailbox, and what would keep its mail back right now. */
  Trace trace(String address) throws MapUnavailableException;

  /**
   * What these changes of users would come to, each as if those before it were made; changes
   * nothing and waits for nothing.
   *
   * @param create as {@link #putUser}, which makes users who are not there
   */
  List<UserPreview> previewUsers(List<UserChange> changes, boolean create, Who who)
      throws MapUnavailableException;

  /** What {@link #setHold} would come to; changes nothing and waits for nothing. */
  HoldPreview previewHold(Target target, boolean onHold, Who who)
      throws MapUnavailableException, RefusedChangeException;

  /**
   * As {@link #look}, in the map as it would be after one change.
   *
   * @param user how one user would stand; null: as it does
   * @param hold null: what is on hold stays so
   */
  Entry lookAfter(String mailbox, @Nullable User user, @Nullable HoldPreview hold)
      throws MapUnavailableException;

  // ---- the map

  Optional<User> user(String address) throws MapUnavailableException;

  /**
   * Creates a user or moves it. On an active user a change of pair is itself a quiesced flip: hold,
   * drain, switch, open.
   */
  Flip putUser(UserChange change, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /** As above, without a target or an epoch. */
  default Flip putUser(
      String address, String pair, @Nullable UserState state, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    return putUser(new UserChange(address, state, pair, null), who, wait);
  }

  /**
   * Removes a user, then waits for what is open to it, at most {@code wait}. What is held for it
   * stays held and waits for a person. Refused when there is no such user.
   */
  Flip removeUser(String address, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /**
   * A page of users in the order of their addresses, beginning after {@code after} (null: the
   * first).
   */
  List<User> users(
      @Nullable String pair, @Nullable UserState state, @Nullable String after, int limit)
      throws MapUnavailableException;

  List<Pair> pairs() throws MapUnavailableException;

  Optional<Pair> pair(String name) throws MapUnavailableException;

  /**
   * Creates a pair or changes its members and active member. Changing the active member of a pair
   * in use is a quiesced flip: hold, drain, switch, open again (unless it was on hold before).
   */
  Flip putPair(String name, List<Member> members, String active, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /**
   * The same at once, whatever is still open to the old member: that server is given up. What was
   * open is in the answer, not quiesced; only the old member can say what became of it.
   */
  Flip forcePair(String name, List<Member> members, String active, Who who)
      throws MapUnavailableException, RefusedChangeException;

  /**
   * Removes a pair on which nobody lives, and to which nobody is being moved, then waits for what
   * is open to it.
   */
  Flip removePair(String name, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  List<Alias> aliases(@Nullable String after, int limit) throws MapUnavailableException;

  /** Where mail of this address or {@code @domain} is led by an alias of exactly that name. */
  Optional<String> alias(String from) throws MapUnavailableException;

  /**
   * Adds an alias or changes it. Refused when it closes a circle, and when there is a user of its
   * name, who would get the mail; an alias that leads to nobody is warned of.
   */
  Loaded putAlias(Alias alias, Who who) throws MapUnavailableException, RefusedChangeException;

  /** Removes the alias of this address or {@code @domain}; refused when there is none. */
  void removeAlias(String from, Who who) throws MapUnavailableException, RefusedChangeException;

  /**
   * A page of the domains that were declared: served whether anybody lives there or not. Every
   * domain that has a user, a catch-all or an alias is served without being declared.
   */
  List<String> domains(@Nullable String after, int limit) throws MapUnavailableException;

  /**
   * Domains in which somebody lives, by name or as a catch-all, in the order of the map's keys. The
   * cost is that of the domains listed, not of their users.
   */
  List<InhabitedDomain> inhabitedDomains(@Nullable String after, int limit)
      throws MapUnavailableException;

  void putDomain(String domain, Who who) throws MapUnavailableException, RefusedChangeException;

  /** Takes a declaration back; refused when there is none. */
  void removeDomain(String domain, Who who) throws MapUnavailableException, RefusedChangeException;

  /**
   * A whole map at once, or a part of one; idempotent: pairs first, then declared domains, holds,
   * users, aliases. Nothing is applied when anything is refused. What is not named stays as it is,
   * and no hold is lifted.
   *
   * <p>Whatever would take mail away from where it goes now is a quiesced flip: a new pair for an
   * active user and a new active member of a pair are changed when they are drained, or not at all;
   * a user or pair that is set aside is drained afterwards. What did not drain within {@code wait}
   * is told in the answer.
   */
  Loaded load(MapContents map, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /** As above with pairs, users and aliases alone, and a wait of {@link #LOAD_WAIT}. */
  default Loaded load(List<Pair> pairs, List<UserChange> users, List<Alias> aliases, Who who)
      throws MapUnavailableException, RefusedChangeException {
    return load(new MapContents(pairs, users, aliases), who, LOAD_WAIT);
  }

  /** What {@link #load} would do and refuse; changes nothing. */
  Loaded previewLoad(MapContents map) throws MapUnavailableException, RefusedChangeException;

  /**
   * Hands out the whole map as it stands at one moment; changes go on meanwhile. Takes at most
   * {@link #COPY_LIMIT}, and only {@link #MOST_COPIES} go on at a time.
   *
   * @throws IOException what the sink threw
   * @throws MapUnavailableException the map cannot be read, too many are reading it already, or it
   *     took too long; the sink may have a part of it then
   */
  void copyTo(MapSink to) throws MapUnavailableException, IOException;

  /**
   * Users who are moving or recovering since a time between these two, who stands so longest first:
   * holds that somebody may have forgotten.
   *
   * @param from earliest, inclusive
   * @param before latest, exclusive
   * @param after with {@code from}: only users behind this address among those of exactly {@code
   *     from}; empty: all of them
   */
  List<User> setAside(Instant from, Instant before, String after, int limit)
      throws MapUnavailableException;

  /** How many users are moving or recovering since before this time, by pair and state. */
  List<SetAside> countSetAsideBefore(Instant time) throws MapUnavailableException;

  /** Domains and "everything" that are on hold: "*" stands for everything. */
  List<DomainHold> holds();

  /** True when the map has no pair, no user and no alias. */
  boolean isEmpty() throws MapUnavailableException;

  /** How many users there are, by pair and state. */
  List<UserCount> userCounts() throws MapUnavailableException;

  /** What is open right now. */
  List<Flip.OpenDelivery> open();

  /**
   * Tells what became deliverable, or stopped being so, after each flip; called after the change is
   * durable and visible.
   */
  void onChange(Consumer<Change> listener);

  /** Why the map cannot be used right now; empty while it can. */
  Optional<String> trouble();

  @Override
  void close();

  /**
   * One change of a user.
   *
   * @param state null: keep; ACTIVE for a new user
   * @param pair where it lives from now on; null: it stays, or, when it becomes ACTIVE while it is
   *     being moved, the pair it is being moved to
   * @param to the pair it is going to be moved to; only with MOVING or RECOVERING; null: keep
   * @param epoch change nothing unless the user's epoch is this one, or it stands as asked already;
   *     null: whatever it is
   * @param priority whose held mail goes first; null: keep, 0 for a new user. A change of it alone
   *     is no flip: nothing is shut or waited for, and the epoch stays
   */
  record UserChange(
      String address,
      @Nullable UserState state,
      @Nullable String pair,
      @Nullable String to,
      @Nullable String reason,
      @Nullable Long epoch,
      @Nullable Integer priority) {

    /** A change that leaves the priority as it is. */
    public UserChange(
        String address,
        @Nullable UserState state,
        @Nullable String pair,
        @Nullable String to,
        @Nullable String reason,
        @Nullable Long epoch) {
      this(address, state, pair, to, reason, epoch, null);
    }

    /** A change that says no target and expects no epoch. */
    public UserChange(
        String address, @Nullable UserState state, @Nullable String pair, @Nullable String reason) {
      this(address, state, pair, null, reason, null, null);
    }

    /** A change of the priority and of nothing else. */
    public static UserChange priority(String address, int priority) {
      return new UserChange(address, null, null, null, null, null, priority);
    }
  }

  /** Why a line was refused. */
  record Refusal(RefusedChangeException.Kind kind, String why) {}

  /**
   * Result of one line.
   *
   * @param before the user as it was; null: there was none
   * @param user the user as it is now; null: there is none
   * @param flip null when refused
   */
  record UserFlip(
      String address,
      @Nullable User before,
      @Nullable User user,
      @Nullable Flip flip,
      @Nullable Refusal refused) {}

  /**
   * What one change of a user would come to.
   *
   * @param before null: there is none
   * @param after as it would stand; null: there would be none
   * @param refused null: it would be made, or stands so already
   * @param open deliveries that a flip would have to wait for, were it made now
   */
  record UserPreview(
      String address,
      @Nullable User before,
      @Nullable User after,
      @Nullable Refusal refused,
      List<Flip.OpenDelivery> open) {

    /** Whether anything would be another. */
    public boolean changes() {
      return refused == null
          && after != null
          && (before == null
              || before.state() != after.state()
              || !before.pair().equals(after.pair())
              || before.priority() != after.priority()
              || !Objects.equals(before.movingTo(), after.movingTo()));
    }
  }

  /** What a hold, or its end, would come to. Immutable. */
  final class HoldPreview {
    private final boolean changes;
    private final MapChange change;
    private final List<Flip.OpenDelivery> open;

    HoldPreview(boolean changes, MapChange change, List<Flip.OpenDelivery> open) {
      this.changes = changes;
      this.change = change;
      this.open = List.copyOf(open);
    }

    /** False: it stands so already. */
    public boolean changes() {
      return changes;
    }

    /** Deliveries that a flip would have to wait for, were it made now. */
    public List<Flip.OpenDelivery> open() {
      return open;
    }

    MapChange change() {
      return change;
    }
  }

  /** Users of one pair who are set aside, and since when the first of them. */
  record SetAside(String pair, UserState state, long users, Instant since) {}

  /**
   * What a load did, or would do.
   *
   * @param notQuiesced how many did not drain in time
   * @param open the first of these
   * @param changes of a preview: the first changes, in words
   * @param warned how many things are allowed and probably not meant
   * @param warnings the first of these, in words
   */
  record Loaded(
      Tally pairs,
      Tally domains,
      Tally holds,
      Tally users,
      Tally aliases,
      int notQuiesced,
      List<NotQuiesced> open,
      List<String> changes,
      int warned,
      List<String> warnings) {}

  /** How many were new, changed, and stood as they should already. */
  record Tally(int created, int changed, int unchanged) {

    Tally plus(Tally more) {
      return new Tally(created + more.created, changed + more.changed, unchanged + more.unchanged);
    }

    /** How many were written. */
    public int written() {
      return created + changed;
    }
  }

  /**
   * Something that did not drain in time, or that somebody else was changing.
   *
   * @param name such as {@code user alice@example.com}
   * @param applied true: it stands as asked, but an older delivery is open still; false: it stands
   *     as before
   */
  record NotQuiesced(String name, boolean applied, String why) {

    static NotQuiesced of(String name, boolean applied, List<Flip.OpenDelivery> open) {
      String first = open.isEmpty() ? "" : ", the first: " + open.getFirst();
      return new NotQuiesced(name, applied, open.size() + " deliveries are open" + first);
    }
  }

  /** A domain with users; {@code catchAll} is the pair of {@code @domain}, null without one. */
  record InhabitedDomain(String domain, @Nullable String catchAll) {}

  record DomainHold(String domain, Standing standing) {}

  record UserCount(String pair, UserState state, long users) {}

  /**
   * A flip happened: this target may be deliverable now ({@code open}) or is not any more. {@code
   * pair} is where the user lives now, empty for wider targets. {@code created}: a user that was
   * not there before, one of millions maybe.
   */
  record Change(Target target, boolean open, String pair, boolean created) {

    /** About something that was there before. */
    public Change(Target target, boolean open, String pair) {
      this(target, open, pair, false);
    }
  }
}
