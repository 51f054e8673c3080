package org.holdfast.gateway.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.holdfast.routing.EmbeddedRouting;
import org.holdfast.routing.MapSettings;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.holdfast.routing.UserState;

/**
 * The real map, gate and flips. Opening one takes longer than a whole simulation, so one serves
 * many, one after the other; each begins with it as it was made.
 */
final class RealMap implements AutoCloseable {

  final EmbeddedRouting routing;
  private Consumer<Routing.Change> listener = _ -> {};

  RealMap(Path folder) throws IOException {
    this.routing =
        EmbeddedRouting.open(
            new MapSettings(folder.resolve("map"), "+", 1_000, Long.MAX_VALUE),
            new OneLifeLog(),
            InstantSource.fixed(Instant.EPOCH),
            Runnable::run);
    routing.onChange(change -> listener.accept(change));
  }

  /** Who hears of changes from now on. */
  void listener(Consumer<Routing.Change> who) {
    listener = who;
  }

  void nobodyListens() {
    listener = _ -> {};
  }

  /** As it is at the beginning of a simulation. */
  void reset() throws MapUnavailableException, RefusedChangeException {
    nobodyListens();
    for (String pair : Users.PAIRS) {
      done(
          routing.putPair(
              pair, Users.members(pair), Users.member(pair, false), Users.OPERATOR, Duration.ZERO));
      done(routing.setHold(new Target.OfPair(pair), false, Users.OPERATOR, Duration.ZERO));
    }
    if (routing.user(Users.ALL.getFirst()).isEmpty()) {
      for (String user : Users.ALL) {
        done(
            routing.putUser(
                user, Users.home(user), UserState.ACTIVE, Users.OPERATOR, Duration.ZERO));
      }
    }
    List<Routing.UserChange> home =
        Users.ALL.stream()
            .map(user -> new Routing.UserChange(user, UserState.ACTIVE, Users.home(user), null))
            .toList();
    List<Routing.UserFlip> _ = routing.beginUserStates(home, Users.OPERATOR).await(Duration.ZERO);
    for (String domain : Users.DOMAINS) {
      done(routing.setHold(new Target.OfDomain(domain), false, Users.OPERATOR, Duration.ZERO));
    }
    done(routing.setHold(new Target.Everything(), false, Users.OPERATOR, Duration.ZERO));
  }

  private static void done(org.holdfast.routing.Flip flip) {
    if (!flip.quiesced()) {
      throw new IllegalStateException("left over: " + flip.open());
    }
  }

  @Override
  public void close() {
    routing.close();
  }
}
