package org.holdfast.routing;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.Trace.Step;
import org.jspecify.annotations.Nullable;

/** Tells how {@link Resolution} and {@link EffectiveState} come to what they say. One thread. */
final class Tracing implements Resolution.Trail {

  private final List<Step> steps = new ArrayList<>();

  private Tracing() {}

  /** An address that can be read. */
  static Trace of(String given, Address recipient, MapRows now, String separator)
      throws SQLException {
    Tracing tracing = new Tracing();
    String canonical = recipient.toString();
    tracing.step(
        "spelling",
        canonical.equals(given)
            ? canonical + " is spelt as the map spells it"
            : given + " is " + canonical + " in the map's spelling");
    Location location;
    try {
      location = new Resolution(now, separator).of(recipient, tracing);
    } catch (Resolution.AliasLoopException e) {
      throw new SQLTransientException(e);
    }
    return tracing.trace(location, now);
  }

  /** An address that cannot be read. */
  static Trace malformed(String given, Location location) {
    Step spelling = new Step("spelling", given + " is no address that the map can have");
    return new Trace(List.of(spelling, nobody(location)), location, null, List.of());
  }

  private Trace trace(Location location, MapRows now) throws SQLException {
    if (!(location instanceof Location.Mailbox at)) {
      steps.add(nobody(location));
      return new Trace(steps, location, null, List.of());
    }
    EffectiveState state = EffectiveState.of(at.mailbox(), now);
    @Nullable Pair pair = now.wide().pairs().get(at.user().pair());
    List<String> holds = state instanceof EffectiveState.OnHold hold ? hold.reasons() : List.of();
    return new Trace(steps, location, pair, holds);
  }

  private static Step nobody(Location location) {
    return new Step(
        "nobody",
        location instanceof Location.ForeignDomain foreign
            ? "the domain " + foreign.domain() + " is not served here"
            : "the domain is served, but nobody has this name and there is no catch-all");
  }

  @Override
  public void at(Address address) {
    // Each is told by how it was reached.
  }

  @Override
  public void user(String address) {
    step("user", address + " is a user");
  }

  @Override
  public void withoutDetail(String address) {
    step("subaddress", "without the subaddress it is the user " + address);
  }

  @Override
  public void alias(String from, String to) {
    step("alias", "the alias " + from + " leads to " + to);
  }

  @Override
  public void ofDomain(String from, String to) {
    step("domain-alias", "the alias of the whole domain, " + from + ", leads to " + to);
  }

  @Override
  public void catchAll(String entry) {
    step("catch-all", "no entry of its own: the catch-all " + entry + " takes it");
  }

  private void step(String what, String found) {
    steps.add(new Step(what, found));
  }
}
