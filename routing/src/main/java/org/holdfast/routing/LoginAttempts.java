package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of restores, kept in the map.
 *
 * <p>Requests are written by those who wait for them: whoever has the turn writes all that are in
 * line, in one durable change, and who comes next finds its own done. So a burst costs a few writes
 * of the log, not one for each user. Nothing else of the map waits for a burst: between two writes
 * its lock is free.
 */
final class LoginAttempts implements Restores {

  private static final Logger log = LoggerFactory.getLogger(LoginAttempts.class);

  /** Requests that wait to be written; one more is refused. */
  static final int MOST_WAITING = 10_000;

  /** How long one waits for its turn to be written before it is told to try again. */
  static final int PATIENCE_SECONDS = 10;

  private final DurableMap map;
  private final Locating locating;
  private final InstantSource clock;
  private final BlockingQueue<Pending> line = new ArrayBlockingQueue<>(MOST_WAITING);

  /** Whoever holds it writes the requests that are in line. */
  private final ReentrantLock turn = new ReentrantLock();

  /** The map as it was opened last, once everybody in its order waits indeed. */
  private volatile @Nullable LocationMap settled;

  /** Finds who answers for an address. */
  interface Locating {
    Location locate(String address) throws MapUnavailableException;
  }

  LoginAttempts(DurableMap map, Locating locating, InstantSource clock) {
    this.map = map;
    this.locating = locating;
    this.clock = clock;
  }

  /** A request to be written; made and read by who waits, filled by whoever has the turn. */
  private static final class Pending {

    private final String address;
    private @Nullable Attempt done;
    private @Nullable MapUnavailableException failed;

    Pending(String address) {
      this.address = address;
    }

    boolean isOver() {
      return done != null || failed != null;
    }

    Attempt result() throws MapUnavailableException {
      if (failed != null) {
        throw new MapUnavailableException("the request could not be written", failed);
      }
      return Objects.requireNonNull(done);
    }
  }

  @Override
  public Attempt attempt(String address) throws MapUnavailableException {
    if (!(locating.locate(address) instanceof Location.Mailbox mailbox)) {
      return Attempt.OF_NOBODY;
    }
    String entry = mailbox.user().address();
    Attempt seen = map.read(now -> attempt(now, now.row(entry).user(), false));
    return map.read(now -> mayAsk(now, seen.user())) ? written(entry) : seen;
  }

  private static Attempt attempt(LocationMap now, @Nullable User user, boolean first) {
    if (user == null) {
      return Attempt.OF_NOBODY;
    }
    Outcome outcome = outcome(user, now.wide());
    RestoreRequest request = user.request();
    boolean asked = outcome == Outcome.WAIT && request != null;
    return new Attempt(
        outcome, user, first, asked ? now.view().restores().before(user.pair(), number(user)) : 0);
  }

  private static Outcome outcome(User user, WideState wide) {
    return switch (user.state()) {
      case CLOSED -> Outcome.CLOSED;
      case MOVING, RECOVERING -> Outcome.WAIT;
      case ACTIVE -> isAway(user, wide) || inSwitch(user, wide) ? Outcome.WAIT : Outcome.GO;
    };
  }

  /** A switch takes seconds: nobody has to be restored for it. */
  private static boolean inSwitch(User user, WideState wide) {
    return wide.usersInSwitch().contains(user.address())
        || wide.pairsInSwitch().contains(user.pair());
  }

  private static boolean isAway(User user, WideState wide) {
    return user.state().isAside()
        || (user.state() == UserState.ACTIVE
            && EffectiveState.heldFromAbove(user.address(), user.pair(), wide));
  }

  private static boolean mayAsk(LocationMap now, @Nullable User user) {
    return user != null
        && user.request() == null
        && isAway(user, now.wide())
        && now.view().restores().all() < MOST;
  }

  // ---- the first attempt

  private Attempt written(String entry) throws MapUnavailableException {
    settle();
    Pending mine = new Pending(entry);
    if (!line.offer(mine)) {
      throw new MapUnavailableException(
          MOST_WAITING + " first login attempts wait to be written already", null);
    }
    awaitTurn(mine);
    try {
      while (!mine.isOver()) {
        writeLine();
      }
      return mine.result();
    } finally {
      turn.unlock();
    }
  }

  private void awaitTurn(Pending mine) throws MapUnavailableException {
    try {
      if (turn.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean _ = line.remove(mine); // else it is being written: then the next attempt finds it
    throw new MapUnavailableException("the map takes no requests right now", null);
  }

  private void writeLine() {
    List<Pending> some = new ArrayList<>();
    line.drainTo(some, MapChange.BATCH);
    try {
      List<Attempt> done = map.change(now -> write(now, some));
      for (int i = 0; i < done.size(); i++) {
        some.get(i).done = done.get(i);
      }
    } catch (MapUnavailableException e) {
      some.forEach(pending -> pending.failed = e);
    } catch (RefusedChangeException | RuntimeException e) {
      MapUnavailableException why = new MapUnavailableException("requests were not written", e);
      some.forEach(pending -> pending.failed = why);
    }
  }

  private List<Attempt> write(LocationMap now, List<Pending> some)
      throws SQLException, MapUnavailableException {
    Map<String, User> users =
        now.view().usersNow(some.stream().map(pending -> pending.address).distinct().toList());
    List<User> writes = new ArrayList<>();
    List<Boolean> first = new ArrayList<>();
    Instant since = Flips.now(clock);
    long epoch = now.view().epoch();
    for (Pending pending : some) {
      User user = users.get(pending.address);
      boolean asks = mayAsk(now, user);
      if (user != null && asks) {
        User asking = user.withRequest(new RestoreRequest(++epoch, since));
        users.put(pending.address, asking);
        writes.add(asking);
      }
      first.add(asks);
    }
    map.commit(now, Flips.batches(writes));
    List<Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      attempts.add(attempt(now, users.get(some.get(i).address), first.get(i)));
    }
    return attempts;
  }

  // ---- the end of what holds from above

  /** Something wider than a user is on hold no more. What cannot be written is made up for. */
  void released() {
    try {
      endServed();
    } catch (MapUnavailableException e) {
      settled = null;
      log.warn("requests of users who are back are ended later: {}", e.getMessage());
    }
  }

  /** What a crash or an outage left undone is done before the order is used again. */
  private void settle() throws MapUnavailableException {
    LocationMap current = map.read(now -> now);
    if (current != settled) {
      endServed();
      settled = current;
    }
  }

  /** Ends the requests of active users whom nothing holds any more, some at a time. */
  private void endServed() throws MapUnavailableException {
    if (map.read(now -> now.view().restores().ofActive()) == 0) {
      return;
    }
    long after = 0;
    while (after >= 0) {
      long from = after;
      try {
        after = map.change(now -> endSome(now, from));
      } catch (RefusedChangeException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Returns where to go on; negative: at the end. */
  private long endSome(LocationMap now, long after) throws SQLException, MapUnavailableException {
    List<User> some = now.view().requests().activeAfter(after, MapChange.BATCH);
    List<User> served =
        some.stream()
            .filter(user -> !isAway(user, now.wide()))
            .map(user -> user.withRequest(null))
            .toList();
    map.commit(now, Flips.batches(served));
    return some.size() < MapChange.BATCH ? -1 : number(some.getLast());
  }

  // ---- reading

  @Override
  public @Nullable Place place(User user) throws MapUnavailableException {
    return user.request() == null
        ? null
        : map.read(now -> now.view().restores().place(user.pair(), number(user)));
  }

  private static long number(User user) {
    return Objects.requireNonNull(user.request()).number();
  }

  @Override
  public Map<String, Long> waiting() throws MapUnavailableException {
    settle();
    return map.read(now -> now.view().restores().waiting());
  }

  @Override
  public List<User> asked(@Nullable String pair, long after, int limit)
      throws MapUnavailableException {
    settle();
    int page = Math.clamp(limit, 1, EmbeddedRouting.MAX_PAGE);
    return map.read(now ->
        pair == null
            ? now.view().requests().after(after, page)
            : now.view().requests().of(now.view().restores().after(pair, after, page)));
  }

  @Override
  public List<User> notAsked(@Nullable String pair, @Nullable String after, int limit)
      throws MapUnavailableException {
    int page = Math.clamp(limit, 1, EmbeddedRouting.MAX_PAGE);
    return map.read(now -> now.view().requests().silent(pair, after, page));
  }
}
