package org.holdfast.routing;

import java.time.Duration;
import java.util.List;
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

  // ---- flips

  /**
   * Sets a user's state and, with {@code pair}, its location in the same change. Flipping to ACTIVE
   * opens at once; any other change first shuts the gate and then waits until the permits given
   * before it are closed, at most {@code wait}. Setting what is set already changes nothing, but
   * still waits.
   */
  Flip setUserState(String address, UserState state, @Nullable String pair, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /**
   * Many users at once, one durable write for all, one wait for all. Results in order; a bad line
   * does not stop the others.
   */
  List<UserFlip> setUserStates(List<UserChange> changes, Who who, Duration wait)
      throws MapUnavailableException;

  /** Puts a pair, a domain or everything on hold, or takes it off hold. */
  Flip setHold(Target target, boolean onHold, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  // ---- the map

  Optional<User> user(String address) throws MapUnavailableException;

  /**
   * Creates a user or moves it. On an active user a change of pair is itself a quiesced flip: hold,
   * drain, switch, open.
   */
  Flip putUser(String address, String pair, @Nullable UserState state, Who who, Duration wait)
      throws MapUnavailableException, RefusedChangeException;

  /** Returns false when there was none. */
  boolean removeUser(String address, Who who)
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

  List<Alias> aliases(@Nullable String after, int limit) throws MapUnavailableException;

  void putAlias(Alias alias, Who who) throws MapUnavailableException, RefusedChangeException;

  /**
   * Users, pairs and aliases at once; idempotent; pairs first, then users, then aliases. Nothing is
   * applied when one is refused.
   */
  Loaded load(List<Pair> pairs, List<UserChange> users, List<Alias> aliases, Who who)
      throws MapUnavailableException, RefusedChangeException;

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
   * One line of a bulk change; {@code state} null: keep (ACTIVE for a new user); {@code pair} null:
   * keep.
   */
  record UserChange(
      String address, @Nullable UserState state, @Nullable String pair, @Nullable String reason) {}

  /** Result of one line: the user as it is now, or why it was refused. */
  record UserFlip(
      String address, @Nullable User user, @Nullable Flip flip, @Nullable String refused) {}

  /** What a load did. */
  record Loaded(int pairs, int users, int aliases, int unchanged) {}

  record DomainHold(String domain, Standing standing) {}

  record UserCount(String pair, UserState state, long users) {}

  /**
   * A flip happened: this target may be deliverable now ({@code open}) or is not any more. {@code
   * pair} is where the user lives now, empty for wider targets.
   */
  record Change(Target target, boolean open, String pair) {}
}
