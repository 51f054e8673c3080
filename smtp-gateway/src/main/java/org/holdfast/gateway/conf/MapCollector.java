package org.holdfast.gateway.conf;

import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;

/** Keeps what a map file says in memory. Used by one thread. */
public final class MapCollector implements MapEntries {

  private final List<Pair> pairs = new ArrayList<>();
  private final List<String> domains = new ArrayList<>();
  private final List<DomainHold> holds = new ArrayList<>();
  private final List<UserChange> users = new ArrayList<>();
  private final List<Alias> aliases = new ArrayList<>();

  @Override
  public void pair(Pair pair) {
    pairs.add(pair);
  }

  @Override
  public void domain(String domain) {
    domains.add(domain);
  }

  @Override
  public void hold(DomainHold hold) {
    holds.add(hold);
  }

  @Override
  public void user(UserChange user) {
    users.add(user);
  }

  @Override
  public void alias(Alias alias) {
    aliases.add(alias);
  }

  /** What was collected, each kind in its order. */
  public MapContents contents() {
    return new MapContents(
        List.copyOf(pairs),
        List.copyOf(domains),
        List.copyOf(holds),
        List.copyOf(users),
        List.copyOf(aliases));
  }
}
