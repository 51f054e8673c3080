package org.holdfast.routing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.holdfast.routing.LoadTally.Kind;
import org.holdfast.routing.Routing.NotQuiesced;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserFlip;
import org.jspecify.annotations.Nullable;

/**
 * The users of a load. New ones are written, a chunk in one transaction; those that are there and
 * change are flipped as anywhere else ({@link Flips}).
 *
 * <p>Chunk by chunk nobody is waited for: whoever has a delivery open is left, and is tried again,
 * all together and with the whole wait, when the others are done. So a load waits once, however
 * many chunks it has, and what is left is bounded by how much is open.
 */
final class LoadedUsers {

  private final DurableMap map;
  private final Flips flips;
  private final Gate gate;
  private final Announcer announcer;
  private final InstantSource clock;
  private final Who who;
  private final LoadTally tally;
  private final List<UserChange> left = new ArrayList<>();

  LoadedUsers(
      DurableMap map,
      Flips flips,
      Gate gate,
      Announcer announcer,
      InstantSource clock,
      Who who,
      LoadTally tally) {
    this.map = map;
    this.flips = flips;
    this.gate = gate;
    this.announcer = announcer;
    this.clock = clock;
    this.who = who;
    this.tally = tally;
  }

  void load(List<UserChange> users, Duration wait)
      throws MapUnavailableException, RefusedChangeException {
    for (int from = 0; from < users.size(); from += Loading.CHUNK) {
      List<UserChange> chunk = users.subList(from, Math.min(users.size(), from + Loading.CHUNK));
      flip(created(chunk));
    }
    if (!left.isEmpty()) {
      flipLeft(wait);
    }
  }

  // ---- new users

  /** Writes the new ones; answers those of the others that stand otherwise. */
  private List<UserChange> created(List<UserChange> chunk)
      throws MapUnavailableException, RefusedChangeException {
    try {
      return map.change(now -> create(now, chunk));
    } finally {
      announcer.tell();
    }
  }

  private List<UserChange> create(LocationMap now, List<UserChange> chunk)
      throws SQLException, MapUnavailableException, RefusedChangeException {
    Map<String, User> there = now.view().usersNow(chunk.stream().map(UserChange::address).toList());
    List<User> writes = new ArrayList<>();
    List<UserChange> changes = new ArrayList<>();
    Set<String> aside = new HashSet<>();
    Instant since = Flips.now(clock);
    for (UserChange line : chunk) {
      User old = there.get(line.address());
      if (old == null) {
        writes.add(user(now, line, since, now.view().epoch() + writes.size() + 1));
      } else if (!stands(old, line)) {
        changes.add(line);
      } else {
        tally.unchanged(Kind.USER, 1);
        noteAside(old, aside);
      }
    }
    map.commit(now, Flips.batches(writes));
    writes.forEach(announcer::addCreated);
    tally.created(Kind.USER, writes.size());
    tryAgain(aside, chunk);
    return changes;
  }

  /** Checked once more: the pair may have gone since. */
  private User user(LocationMap now, UserChange line, Instant since, long epoch)
      throws RefusedChangeException {
    String pair = line.pair();
    String to = Objects.equals(pair, line.to()) ? null : line.to();
    if (pair == null || missing(now, pair) || (to != null && missing(now, to))) {
      throw new RefusedChangeException(
          RefusedChangeException.Kind.CONFLICT,
          "the pair of " + line.address() + " was removed while it was loaded; load it again");
    }
    UserState state = line.state() == null ? UserState.ACTIVE : line.state();
    String reason = line.reason() == null ? who.reason() : line.reason();
    int priority = line.priority() == null ? 0 : line.priority();
    return new User(
        line.address(), pair, state, to, priority, new Standing(reason, since, who.name(), epoch));
  }

  private static boolean missing(LocationMap now, String pair) {
    return !now.wide().pairs().containsKey(pair);
  }

  private static void noteAside(User user, Set<String> aside) {
    if (user.state() != UserState.ACTIVE) {
      aside.add(user.address());
    }
  }

  /** Set aside before, but what was open then may be so still: a load tells the truth about it. */
  private void tryAgain(Set<String> aside, List<UserChange> chunk) {
    if (!aside.isEmpty()) {
      Set<String> open = gate.open(Concern.addressee(aside)).keySet();
      chunk.stream().filter(line -> open.contains(line.address())).forEach(left::add);
    }
  }

  // ---- users who are there

  /** Does this user stand as this line says? What the line does not say stays as it is. */
  static boolean stands(User old, UserChange line) {
    User after = after(old, line);
    return old.state() == after.state()
        && old.priority() == after.priority()
        && old.pair().equals(after.pair())
        && Objects.equals(old.movingTo(), after.movingTo());
  }

  /** How the user will stand; decided once more, in the same way, by {@link Flips}. */
  static User after(User old, UserChange line) {
    UserState state = line.state() == null ? old.state() : line.state();
    boolean arrived = state == UserState.ACTIVE && old.movingTo() != null;
    String stays = arrived ? Objects.requireNonNull(old.movingTo()) : old.pair();
    String pair = line.pair() == null ? stays : line.pair();
    boolean aside = state == UserState.MOVING || state == UserState.RECOVERING;
    @Nullable String to = line.to() == null ? old.movingTo() : line.to();
    int priority = line.priority() == null ? old.priority() : line.priority();
    return new User(
        old.address(),
        pair,
        state,
        !aside || pair.equals(to) ? null : to,
        priority,
        old.request(),
        old.standing());
  }

  private void flip(List<UserChange> changes) throws MapUnavailableException {
    if (changes.isEmpty()) {
      return;
    }
    List<UserFlip> flips = this.flips.begin(changes, false, who).await(Duration.ZERO);
    for (int i = 0; i < changes.size(); i++) {
      UserFlip done = flips.get(i);
      boolean changed = done.flip() != null && done.flip().changed();
      tally.changed(Kind.USER, changed ? 1 : 0);
      if (!quiesced(done)) {
        left.add(changes.get(i));
      } else if (!changed) {
        tally.unchanged(Kind.USER, 1);
      }
    }
  }

  private static boolean quiesced(UserFlip done) {
    return done.flip() != null && done.flip().quiesced();
  }

  private void flipLeft(Duration wait) throws MapUnavailableException {
    List<UserFlip> flips = this.flips.begin(left, false, who).await(wait);
    for (int i = 0; i < flips.size(); i++) {
      UserFlip done = flips.get(i);
      boolean changed = done.flip() != null && done.flip().changed();
      tally.changed(Kind.USER, changed ? 1 : 0);
      if (!quiesced(done)) {
        tally.notQuiesced(why(done, left.get(i)));
      }
    }
  }

  private static NotQuiesced why(UserFlip done, UserChange line) {
    String name = "user " + done.address();
    if (done.flip() == null) {
      String why = done.refused() == null ? "refused" : done.refused().why();
      return new NotQuiesced(name, false, why);
    }
    User user = done.user();
    return NotQuiesced.of(name, user != null && stands(user, line), done.flip().open());
  }
}
